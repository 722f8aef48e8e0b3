-- The seed's cache once more: it is computed anew.

DELETE FROM portfolio_performance_cache;
ALTER TABLE portfolio_performance_cache
    DROP COLUMN last_day, DROP COLUMN days, DROP COLUMN annual_return, DROP COLUMN volatility,
    DROP COLUMN calmar_ratio, DROP COLUMN present_drawdown, DROP COLUMN days_since_peak,
    DROP COLUMN max_drawdown, DROP COLUMN max_drawdown_amount, DROP COLUMN max_drawdown_peak_on,
    DROP COLUMN max_drawdown_trough_on, DROP COLUMN max_drawdown_recovered_on,
    DROP COLUMN days_under_water, DROP COLUMN expectancy, DROP COLUMN average_holding_seconds,
    DROP COLUMN turnover, DROP COLUMN exposure, DROP COLUMN closed_positions,
    DROP COLUMN current_run, DROP COLUMN fees, DROP COLUMN slippage, DROP COLUMN reasons,
    DROP COLUMN calibration, DROP COLUMN attribution,
    ALTER COLUMN sharpe_ratio TYPE NUMERIC(10, 4),
    ALTER COLUMN sortino_ratio TYPE NUMERIC(10, 4),
    ALTER COLUMN win_rate TYPE NUMERIC(5, 2),
    ALTER COLUMN avg_win TYPE NUMERIC(15, 2),
    ALTER COLUMN avg_loss TYPE NUMERIC(15, 2),
    ALTER COLUMN profit_factor TYPE NUMERIC(10, 4),
    ALTER COLUMN return_1d TYPE NUMERIC(10, 4),
    ALTER COLUMN return_7d TYPE NUMERIC(10, 4),
    ALTER COLUMN return_30d TYPE NUMERIC(10, 4),
    ALTER COLUMN return_all_time TYPE NUMERIC(10, 4);
