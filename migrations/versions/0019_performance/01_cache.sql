-- All metrics of a portfolio, as exactly as they were computed, with the reasons for those that are null.
-- squawk-ignore-file changing-column-type

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

-- No code has written it yet, so its rewrite takes a moment.
ALTER TABLE portfolio_performance_cache
    ALTER COLUMN sharpe_ratio TYPE DOUBLE PRECISION,
    ALTER COLUMN sortino_ratio TYPE DOUBLE PRECISION,
    ALTER COLUMN win_rate TYPE DOUBLE PRECISION,
    ALTER COLUMN avg_win TYPE DOUBLE PRECISION,
    ALTER COLUMN avg_loss TYPE DOUBLE PRECISION,
    ALTER COLUMN profit_factor TYPE DOUBLE PRECISION,
    ALTER COLUMN return_1d TYPE DOUBLE PRECISION,
    ALTER COLUMN return_7d TYPE DOUBLE PRECISION,
    ALTER COLUMN return_30d TYPE DOUBLE PRECISION,
    ALTER COLUMN return_all_time TYPE DOUBLE PRECISION,
    ADD COLUMN last_day DATE,
    ADD COLUMN days INTEGER,
    ADD COLUMN annual_return DOUBLE PRECISION,
    ADD COLUMN volatility DOUBLE PRECISION,
    ADD COLUMN calmar_ratio DOUBLE PRECISION,
    ADD COLUMN present_drawdown DOUBLE PRECISION,
    ADD COLUMN days_since_peak INTEGER,
    ADD COLUMN max_drawdown DOUBLE PRECISION,
    ADD COLUMN max_drawdown_amount NUMERIC(15, 2),
    ADD COLUMN max_drawdown_peak_on DATE,
    ADD COLUMN max_drawdown_trough_on DATE,
    ADD COLUMN max_drawdown_recovered_on DATE,
    ADD COLUMN days_under_water INTEGER,
    ADD COLUMN expectancy DOUBLE PRECISION,
    ADD COLUMN average_holding_seconds DOUBLE PRECISION,
    ADD COLUMN turnover DOUBLE PRECISION,
    ADD COLUMN exposure DOUBLE PRECISION,
    ADD COLUMN closed_positions INTEGER,
    ADD COLUMN current_run INTEGER,
    ADD COLUMN fees NUMERIC(20, 2),
    ADD COLUMN slippage NUMERIC(20, 2),
    ADD COLUMN reasons JSONB NOT NULL DEFAULT '{}',
    ADD COLUMN calibration JSONB,
    ADD COLUMN attribution JSONB;
COMMENT ON COLUMN portfolio_performance_cache.return_all_time IS 'time-weighted, a fraction: 0.01 is 1%; as all returns, drawdowns, rates and exposures';
COMMENT ON COLUMN portfolio_performance_cache.max_drawdown_amount IS 'dollars of P&L from the peak to the trough';
COMMENT ON COLUMN portfolio_performance_cache.reasons IS 'by metric that is null, the code of the reason and its sentence';
COMMENT ON COLUMN portfolio_performance_cache.calibration IS 'the scores of the probabilities and of the prices paid';
COMMENT ON COLUMN portfolio_performance_cache.attribution IS 'P&L by market, event, tag, strategy, exit kind and evidence';
