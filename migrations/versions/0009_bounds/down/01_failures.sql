-- The notes go; an id that the exchange cannot answer is as one that it does not list.

SET LOCAL lock_timeout = '10s';

UPDATE portfolio_positions SET flag = 'not_listed' WHERE flag = 'exchange_error';
ALTER TABLE portfolio_positions
    DROP CONSTRAINT portfolio_positions_flag_check,
    ADD CONSTRAINT portfolio_positions_flag_check CHECK (
        flag IN (
            'unknown_shares', 'identity_changed', 'not_listed', 'inactive', 'unreadable_prices',
            'unreadable_row', 'outcome_proposed', 'disputed', 'odd_resolution'
        )
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
