-- Value positions and portfolios in views, and keep their totals in the portfolio's row.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';


-- A portfolio's totals ---------------------------------------------------------------------------

-- The table has a row a portfolio: its rewrite takes a moment.
ALTER TABLE portfolios
    ADD COLUMN value_at_bid NUMERIC(15, 2) NOT NULL DEFAULT 0 CHECK (value_at_bid >= 0),
    ADD COLUMN open_positions INTEGER NOT NULL DEFAULT 0 CHECK (open_positions >= 0),
    ADD COLUMN total_value NUMERIC(15, 2) NOT NULL
        -- squawk-ignore adding-field-with-default
        GENERATED ALWAYS AS (current_balance + total_invested + total_profit_loss - realized_pnl) STORED;
COMMENT ON COLUMN portfolios.value_at_bid IS 'dollars that the open positions would bring at their bids';
COMMENT ON COLUMN portfolios.total_value IS 'equity in dollars: cash and the value of the open positions';


-- What a position is worth -----------------------------------------------------------------------

-- An open position with what its market says of the outcome that it holds, prices 0 to 1. Where the
-- mark or the shares are unknown it is worth what it cost; a missing bid is 0.
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
    price.yes_payout,
    coalesce(price.accepting_orders AND NOT price.closed, false) AS tradable
FROM portfolio_positions AS position
LEFT JOIN market_prices AS price ON price.market_id = position.market_id
CROSS JOIN LATERAL (
    SELECT
        CASE position.action WHEN 'buy_yes' THEN price.mark ELSE 1 - price.mark END AS mark_price,
        coalesce(
            CASE position.action WHEN 'buy_yes' THEN price.best_bid ELSE 1 - price.best_ask END, 0
        ) AS bid
) AS priced
WHERE position.status = 'open';


-- What a portfolio is worth ----------------------------------------------------------------------

-- In dollars, at the latest prices. Peak and drawdown are what they become at this equity.
-- core/accounting/valuation.py states the same rules; a test holds the two together.
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

UPDATE portfolios SET
    value_at_bid = valuation.value_at_bid,
    open_positions = valuation.open_positions
FROM portfolio_valuations AS valuation
WHERE valuation.portfolio_id = portfolios.portfolio_id;

CREATE OR REPLACE VIEW portfolio_overview WITH (security_invoker = true) AS
SELECT
    portfolio_id, name, description, strategy_type, initial_balance, current_balance,
    total_invested, total_profit_loss, realized_pnl, trade_count, status, status_reason,
    created_at, last_updated, strategy_config, config_version, max_position_size,
    max_total_exposure, max_positions, total_trades_executed, total_winning_trades,
    total_losing_trades, avg_trade_pnl, max_consecutive_wins, max_consecutive_losses,
    max_drawdown, last_trade_at, last_price_update, open_positions, total_value
FROM portfolios;

GRANT SELECT ON portfolio_valuations TO prescient_app, prescient_portfolio;
GRANT UPDATE (value_at_bid, open_positions, last_price_update) ON portfolios TO prescient_portfolio;
