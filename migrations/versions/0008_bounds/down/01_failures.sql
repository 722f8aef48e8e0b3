-- The notes go; a flag that revision 0007 does not know becomes the one that it had for all of them.

SET LOCAL lock_timeout = '10s';

UPDATE portfolio_positions SET flag = 'not_listed'
WHERE flag IN ('exchange_error', 'unreadable_row');
ALTER TABLE portfolio_positions
    DROP CONSTRAINT portfolio_positions_flag_check,
    ADD CONSTRAINT portfolio_positions_flag_check CHECK (
        flag IN ('not_listed', 'disputed', 'odd_resolution', 'unknown_shares')
    ) NOT VALID;
ALTER TABLE portfolio_positions VALIDATE CONSTRAINT portfolio_positions_flag_check;

DROP VIEW portfolio_overview;
ALTER TABLE portfolios DROP COLUMN valuation_error;

CREATE VIEW portfolio_overview WITH (security_invoker = true) AS
SELECT
    portfolio_id, name, description, strategy_type, initial_balance, current_balance,
    total_invested, total_profit_loss, realized_pnl, trade_count, status, status_reason,
    created_at, last_updated, strategy_config, config_version, max_position_size,
    max_total_exposure, max_positions, total_trades_executed, total_winning_trades,
    total_losing_trades, avg_trade_pnl, max_consecutive_wins, max_consecutive_losses,
    max_drawdown, last_trade_at, last_price_update, open_positions, total_value
FROM portfolios;

GRANT SELECT ON portfolio_overview TO prescient_app, prescient_portfolio;
