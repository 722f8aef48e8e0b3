-- Store which market an id stands for, beside every price and every position.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE markets ADD COLUMN identity UUID;
ALTER TABLE market_snapshots ADD COLUMN identity UUID;
ALTER TABLE market_hours ADD COLUMN identity UUID;
ALTER TABLE market_prices
    ADD COLUMN identity UUID,
    ADD COLUMN resolution_status TEXT;
ALTER TABLE portfolio_positions
    ADD COLUMN condition_id TEXT,
    ADD COLUMN yes_token_id TEXT,
    ADD COLUMN no_token_id TEXT,
    ADD COLUMN identity UUID,
    ADD COLUMN kept_mark NUMERIC(10, 6) CHECK (kept_mark >= 0 AND kept_mark <= 1),
    ADD COLUMN identity_changed_at TIMESTAMPTZ;

COMMENT ON COLUMN markets.identity IS
    'md5 of condition id and both token ids in order; null while one of them is unknown';
COMMENT ON COLUMN market_snapshots.identity IS 'which market the id stood for; null where unknown';
COMMENT ON COLUMN market_hours.identity IS 'which market the id stood for; null where unknown';
COMMENT ON COLUMN market_prices.identity IS 'which market the id stands for; null where unknown';
COMMENT ON COLUMN portfolio_positions.identity IS
    'which market was bought; a price of another one neither marks nor settles it; null where unknown';
COMMENT ON COLUMN portfolio_positions.kept_mark IS
    'the last mark of YES of the market that was bought, since the id stands for another';
COMMENT ON COLUMN portfolio_positions.identity_changed_at IS
    'when the id was last seen to begin to stand for another market';

UPDATE markets SET identity = md5(condition_id || '|' || yes_token_id || '|' || no_token_id)::uuid
WHERE condition_id IS NOT NULL AND yes_token_id IS NOT NULL AND no_token_id IS NOT NULL;
UPDATE market_prices AS price SET identity = market.identity
FROM markets AS market
WHERE market.market_id = price.market_id AND market.identity IS NOT NULL;
UPDATE portfolio_positions AS position SET
    condition_id = market.condition_id, yes_token_id = market.yes_token_id,
    no_token_id = market.no_token_id, identity = market.identity
FROM markets AS market
WHERE market.market_id = position.market_id AND position.status = 'open'
    AND market.identity IS NOT NULL;

-- A position's prices are those of its own market. Where the id stands for another one now, the
-- last mark is kept, there is no bid, and nothing pays.
CREATE OR REPLACE VIEW position_valuations WITH (security_invoker = true) AS
SELECT
    position.portfolio_id,
    position.id AS position_id,
    position.cost_basis,
    priced.mark_price,
    priced.bid,
    coalesce(round(position.shares * priced.mark_price, 2), position.cost_basis) AS value,
    coalesce(trunc(position.shares * priced.bid, 2), 0) AS value_at_bid,
    round(position.shares * priced.mark_price, 2) - position.cost_basis AS current_pnl,
    position.market_id,
    position.action,
    position.shares,
    position.stop_loss_bid,
    position.take_profit_bid,
    CASE WHEN own.is_seen THEN price.yes_payout END::numeric(10, 6) AS yes_payout,
    coalesce(own.is_seen AND price.accepting_orders AND NOT price.closed, false) AS tradable,
    NOT own.is_seen AS identity_changed
FROM portfolio_positions AS position
LEFT JOIN market_prices AS price ON price.market_id = position.market_id
-- What is unknown contradicts nothing.
CROSS JOIN LATERAL (SELECT (price.identity = position.identity) IS NOT FALSE AS is_seen) AS own
CROSS JOIN LATERAL (
    SELECT CASE WHEN own.is_seen THEN price.mark ELSE position.kept_mark END AS yes_mark
) AS known
CROSS JOIN LATERAL (
    SELECT
        CASE position.action WHEN 'buy_yes' THEN known.yes_mark ELSE 1 - known.yes_mark END
            AS mark_price,
        CASE WHEN own.is_seen THEN coalesce(
            CASE position.action WHEN 'buy_yes' THEN price.best_bid ELSE 1 - price.best_ask END, 0
        ) ELSE 0 END AS bid
) AS priced
WHERE position.status = 'open';

-- Appends the oracle's status to the view: nothing is bought while an outcome is proposed.
CREATE OR REPLACE VIEW open_markets WITH (security_invoker = true) AS
SELECT
    snapshot.batch_id,
    snapshot.market_id,
    snapshot.listed,
    snapshot.yes_price,
    snapshot.no_price,
    snapshot.best_bid,
    snapshot.best_ask,
    snapshot.mark,
    snapshot.liquidity,
    snapshot.volume,
    snapshot.one_day_price_change,
    snapshot.market_conviction,
    market.event_id,
    market.event_title,
    market.event_end_date,
    market.question,
    market.end_date,
    market.yes_token_id,
    market.no_token_id,
    market.fee_rate,
    market.fee_exponent,
    market.tick_size,
    market.neg_risk,
    coalesce(event.tags, '{}') AS tags,
    snapshot.resolution_status
FROM market_snapshots AS snapshot
JOIN markets AS market ON market.market_id = snapshot.market_id
LEFT JOIN events AS event ON event.event_id = market.event_id
WHERE NOT snapshot.closed AND snapshot.accepting_orders
    AND snapshot.yes_price IS NOT NULL AND snapshot.no_price IS NOT NULL
    AND snapshot.mark IS NOT NULL;
