-- Take the indexes for pages away.
CREATE INDEX idx_cycle_portfolios_cycle ON cycle_portfolios (cycle_id);
DROP INDEX idx_cycle_portfolios_cycle_portfolio;
DROP INDEX idx_trading_signals_portfolio_timestamp;
DROP INDEX idx_position_exits_portfolio_timestamp;
