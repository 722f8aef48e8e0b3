-- Give back the views and the columns of portfolios as revision 0004 had them.

SET LOCAL lock_timeout = '10s';

DROP VIEW open_markets, portfolio_valuations, portfolio_overview, position_valuations;

REVOKE UPDATE (last_price_update) ON portfolios FROM prescient_portfolio;
ALTER TABLE portfolios
    DROP COLUMN total_value,
    DROP COLUMN open_positions,
    DROP COLUMN value_at_bid;

CREATE VIEW position_valuations WITH (security_invoker = true) AS
SELECT
    position.portfolio_id,
    position.id AS position_id,
    position.cost_basis,
    priced.mark_price,
    priced.bid,
    round(position.shares * priced.mark_price, 2) AS value,
    trunc(position.shares * priced.bid, 2) AS value_at_bid,
    round(position.shares * priced.mark_price, 2) - position.cost_basis AS current_pnl
FROM portfolio_positions AS position
LEFT JOIN market_prices AS price ON price.market_id = position.market_id
CROSS JOIN LATERAL (
    SELECT
        CASE position.action WHEN 'buy_yes' THEN price.mark ELSE 1 - price.mark END AS mark_price,
        CASE position.action WHEN 'buy_yes' THEN price.best_bid ELSE 1 - price.best_ask END AS bid
) AS priced
WHERE position.status = 'open';

CREATE VIEW portfolio_overview WITH (security_invoker = true) AS
SELECT
    portfolio_id, name, description, strategy_type, initial_balance, current_balance,
    total_invested, total_profit_loss, realized_pnl, trade_count, status, status_reason,
    created_at, last_updated, strategy_config, config_version, max_position_size,
    max_total_exposure, max_positions, total_trades_executed, total_winning_trades,
    total_losing_trades, avg_trade_pnl, max_consecutive_wins, max_consecutive_losses,
    max_drawdown, last_trade_at, last_price_update,
    (
        SELECT count(*)::int FROM portfolio_positions AS position
        WHERE position.portfolio_id = portfolios.portfolio_id AND position.status = 'open'
    ) AS open_positions
FROM portfolios;

GRANT SELECT ON position_valuations, portfolio_overview TO prescient_app, prescient_portfolio;
