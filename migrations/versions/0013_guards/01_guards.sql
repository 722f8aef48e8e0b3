-- How far a portfolio may fall below its peak, where that peak is, and the same over all portfolios.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE portfolios
    ADD COLUMN drawdown_limit NUMERIC(15, 2) CHECK (drawdown_limit > 0),
    ADD COLUMN drawdown_limit_percent NUMERIC(5, 2)
        CHECK (drawdown_limit_percent > 0 AND drawdown_limit_percent <= 100),
    ADD COLUMN peak_profit NUMERIC(15, 2),
    ADD COLUMN index_peak NUMERIC(40, 12) CHECK (index_peak >= 0),
    ADD COLUMN peak_since TIMESTAMPTZ,
    ADD COLUMN drawdown_warned_at TIMESTAMPTZ;
COMMENT ON COLUMN portfolios.drawdown_limit IS 'dollars of P&L below its peak at which the portfolio is paused';
COMMENT ON COLUMN portfolios.drawdown_limit_percent IS 'percent of the peak of the time-weighted index, below it, at which it is paused';
COMMENT ON COLUMN portfolios.peak_profit IS 'the highest P&L in dollars since peak_since; null is the present one';
COMMENT ON COLUMN portfolios.index_peak IS 'the equity in dollars at which the time-weighted index would be at its highest since peak_since; null is the present one';
COMMENT ON COLUMN portfolios.peak_since IS 'when the portfolio began, or its peak was last reset';
COMMENT ON COLUMN portfolios.drawdown_warned_at IS 'when four fifths of a limit were reached; null while they are not';

-- The P&L of the peak is known: flows move peak_equity along. The index is known without flows.
UPDATE portfolios SET
    peak_profit = greatest(peak_equity - total_value + total_profit_loss, total_profit_loss),
    index_peak = CASE
        WHEN total_value - total_profit_loss = initial_balance THEN greatest(peak_equity, total_value)
        ELSE total_value
    END,
    peak_since = created_at;

CREATE OR REPLACE VIEW portfolio_overview WITH (security_invoker = true) AS
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
    drawdown_warned_at
FROM portfolios;

CREATE TABLE total_drawdown (
    id INTEGER PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    peak_profit NUMERIC(20, 2) NOT NULL,
    index_peak NUMERIC(40, 12) NOT NULL CHECK (index_peak >= 0),
    peak_since TIMESTAMPTZ NOT NULL,
    warned_at TIMESTAMPTZ
);
COMMENT ON TABLE total_drawdown IS 'the peaks of all portfolios together, while a limit is set over them; as those of a portfolio';
GRANT SELECT, INSERT, UPDATE ON total_drawdown TO prescient_app;
