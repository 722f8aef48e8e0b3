-- Markets of a batch say whether their outcome prices are prices.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

-- The mark is stale where the quote is not trusted, and then nothing speaks against the prices.
-- core/market/marks.py states the same rule; a test holds the two together.
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
    snapshot.resolution_status,
    snapshot.mark_stale OR greatest(
        abs(2 * snapshot.yes_price - snapshot.best_bid - snapshot.best_ask),
        abs(2 * (1 - snapshot.no_price) - snapshot.best_bid - snapshot.best_ask)
    ) <= 2 * (snapshot.best_ask - snapshot.best_bid + 0.02) AS has_prices
FROM market_snapshots AS snapshot
JOIN markets AS market ON market.market_id = snapshot.market_id
LEFT JOIN events AS event ON event.event_id = market.event_id
WHERE NOT snapshot.closed AND snapshot.accepting_orders
    AND snapshot.yes_price IS NOT NULL AND snapshot.no_price IS NOT NULL
    AND snapshot.mark IS NOT NULL;
