-- A position's ask, and when its quote was seen, stand beside its bid: a page of positions reads each
-- price once.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

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
    NOT own.is_seen AS identity_changed,
    CASE WHEN own.is_seen THEN
        CASE position.action WHEN 'buy_yes' THEN price.best_ask ELSE 1 - price.best_bid END
    END AS ask,
    CASE WHEN own.is_seen THEN price.observed_at END AS quoted_at
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
