-- The count stands twice again.
-- squawk-ignore-file ban-drop-view, ban-drop-column, adding-field-with-default

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

DROP VIEW portfolio_overview;
ALTER TABLE portfolios DROP COLUMN total_trades_executed;
ALTER TABLE portfolios ADD COLUMN total_trades_executed INTEGER NOT NULL DEFAULT 0
    CONSTRAINT portfolios_total_trades_executed_check CHECK (total_trades_executed >= 0);
UPDATE portfolios SET total_trades_executed = trade_count;
GRANT UPDATE (total_trades_executed) ON portfolios TO prescient_portfolio;

CREATE VIEW portfolio_overview WITH (security_invoker = true) AS
SELECT
    portfolio_id, name, description, strategy_type, initial_balance, current_balance,
    total_invested, total_profit_loss, realized_pnl, trade_count, status, status_reason,
    created_at, last_updated, strategy_config, config_version, max_position_size,
    max_total_exposure, max_positions, total_trades_executed, total_winning_trades,
    total_losing_trades, avg_trade_pnl, max_consecutive_wins, max_consecutive_losses,
    max_drawdown, last_trade_at, last_price_update, open_positions, total_value, valuation_error,
    drawdown_limit, drawdown_limit_percent,
    coalesce(peak_profit, total_profit_loss) AS peak_profit,
    coalesce(index_peak, total_value) AS index_peak,
    coalesce(peak_since, created_at) AS peak_since,
    drawdown_warned_at, tags, twin_of, twin_key
FROM portfolios;
GRANT SELECT ON portfolio_overview TO prescient_app, prescient_portfolio;
