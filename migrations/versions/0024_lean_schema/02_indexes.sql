-- Indexes that no statement uses go; what was found by reading a whole table gets one.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

-- Others begin with the same columns.
DROP INDEX idx_trades_portfolio_id;
DROP INDEX idx_trades_portfolio_status;
DROP INDEX idx_portfolio_positions_portfolio_id;
DROP INDEX idx_trading_signals_portfolio;
DROP INDEX idx_trading_signals_portfolio_executed;
DROP INDEX idx_portfolio_history_portfolio_date;
-- Nothing looks for signals by strategy, or for portfolios by status and strategy at once.
DROP INDEX idx_trading_signals_strategy;
DROP INDEX idx_portfolios_status_strategy;

-- They hold few rows: no buy of its own copy of a book, and no buy or exit of the ledger, is in them.
CREATE INDEX idx_trades_shared_depth ON trades (cycle_id) WHERE shared_depth;
CREATE INDEX idx_cash_ledger_transfers ON cash_ledger (timestamp)
    WHERE kind IN ('transfer_in', 'transfer_out');
CREATE INDEX idx_position_exits_batch ON position_exits (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX idx_market_batches_loading ON market_batches (started_at) WHERE status = 'loading';
CREATE INDEX idx_trading_cycles_batch ON trading_cycles (batch_id);
