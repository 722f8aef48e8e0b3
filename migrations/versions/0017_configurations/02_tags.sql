-- What groups portfolios, and what an experiment changed.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE portfolios
    ADD COLUMN tags TEXT[] NOT NULL DEFAULT '{}' CHECK (cardinality(tags) <= 20),
    ADD COLUMN twin_of INTEGER,
    ADD COLUMN twin_key TEXT;
COMMENT ON COLUMN portfolios.twin_of IS 'the portfolio that it began as a copy of, which may be deleted by now';
COMMENT ON COLUMN portfolios.twin_key IS 'the one key in which it began to differ; null where in none';
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX idx_portfolios_tags ON portfolios USING gin (tags);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX idx_portfolios_twin_of ON portfolios (twin_of) WHERE twin_of IS NOT NULL;

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
    drawdown_warned_at, tags, twin_of, twin_key
FROM portfolios;
