-- Give back the view of revision 0027; a column of a view cannot be dropped alone.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

DROP VIEW portfolio_valuations, position_valuations;

CREATE VIEW position_valuations WITH (security_invoker = true) AS
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

CREATE VIEW portfolio_valuations WITH (security_invoker = true) AS
SELECT
    held.portfolio_id,
    held.invested,
    held.value,
    held.value_at_bid,
    held.value - held.invested AS unrealized_pnl,
    portfolio.realized_pnl + held.value - held.invested AS total_profit_loss,
    portfolio.current_balance + held.value AS equity,
    portfolio.current_balance + held.value_at_bid AS equity_at_bid,
    greatest(portfolio.peak_equity, portfolio.current_balance + held.value) AS peak_equity,
    greatest(
        portfolio.max_drawdown, portfolio.peak_equity - portfolio.current_balance - held.value
    ) AS max_drawdown,
    held.open_positions
FROM (
    SELECT
        portfolio_id, sum(cost_basis) AS invested, sum(value) AS value,
        sum(value_at_bid) AS value_at_bid, count(position_id)::int AS open_positions
    FROM (
        SELECT portfolio_id, position_id, cost_basis, value, value_at_bid FROM position_valuations
        UNION ALL
        -- A portfolio without positions is valued too. An outer join would be slower over all
        -- portfolios, or read the positions of all for a few.
        SELECT
            portfolio_id, NULL::bigint AS position_id, 0::numeric AS cost_basis,
            0::numeric AS value, 0::numeric AS value_at_bid
        FROM portfolios
    ) AS part
    GROUP BY portfolio_id
) AS held
JOIN portfolios AS portfolio ON portfolio.portfolio_id = held.portfolio_id;

GRANT SELECT ON position_valuations, portfolio_valuations TO prescient_app, prescient_portfolio;
