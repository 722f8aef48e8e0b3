-- Pages of a portfolio's exits and signals by time, and of a cycle's portfolios by id.
-- squawk-ignore-file require-concurrent-index-creation

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

-- A million rows take a second, in which cycles and price updates wait.
CREATE INDEX idx_position_exits_portfolio_timestamp
    ON position_exits (portfolio_id, timestamp);
CREATE INDEX idx_trading_signals_portfolio_timestamp
    ON trading_signals (portfolio_id, timestamp);
CREATE INDEX idx_cycle_portfolios_cycle_portfolio ON cycle_portfolios (cycle_id, portfolio_id);
-- The one above finds the portfolios of a cycle too.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX idx_cycle_portfolios_cycle;
