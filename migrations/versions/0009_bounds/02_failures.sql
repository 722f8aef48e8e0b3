-- Note of a portfolio why it could not be valued, and of a position why its market was not seen.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE portfolios ADD COLUMN valuation_error TEXT;
COMMENT ON COLUMN portfolios.valuation_error IS
    'why the newest prices could not be carried into its totals; null where they could';

CREATE OR REPLACE VIEW portfolio_overview WITH (security_invoker = true) AS
SELECT
    portfolio_id, name, description, strategy_type, initial_balance, current_balance,
    total_invested, total_profit_loss, realized_pnl, trade_count, status, status_reason,
    created_at, last_updated, strategy_config, config_version, max_position_size,
    max_total_exposure, max_positions, total_trades_executed, total_winning_trades,
    total_losing_trades, avg_trade_pnl, max_consecutive_wins, max_consecutive_losses,
    max_drawdown, last_trade_at, last_price_update, open_positions, total_value, valuation_error
FROM portfolios;

-- Every flag of before is among them.
ALTER TABLE portfolio_positions
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT portfolio_positions_flag_check,
    ADD CONSTRAINT portfolio_positions_flag_check CHECK (
        flag IN (
            'unknown_shares', 'identity_changed', 'not_listed', 'exchange_error', 'inactive',
            'unreadable_prices', 'unreadable_row', 'outcome_proposed', 'disputed', 'odd_resolution'
        )
    ) NOT VALID;
-- Few positions are open or ever were: to read them all takes a moment.
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE portfolio_positions VALIDATE CONSTRAINT portfolio_positions_flag_check;
