-- The indexes and keys of 0023.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion, constraint-missing-not-valid, adding-foreign-key-constraint

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

DROP INDEX idx_trades_shared_depth;
DROP INDEX idx_cash_ledger_transfers;
DROP INDEX idx_position_exits_batch;
DROP INDEX idx_market_batches_loading;
DROP INDEX idx_trading_cycles_batch;

CREATE INDEX idx_trades_portfolio_id ON trades (portfolio_id);
CREATE INDEX idx_trades_portfolio_status ON trades (portfolio_id, status);
CREATE INDEX idx_portfolio_positions_portfolio_id ON portfolio_positions (portfolio_id);
CREATE INDEX idx_trading_signals_portfolio ON trading_signals (portfolio_id);
CREATE INDEX idx_trading_signals_portfolio_executed ON trading_signals (portfolio_id, executed);
CREATE INDEX idx_portfolio_history_portfolio_date ON portfolio_history (portfolio_id, snapshot_date);
CREATE INDEX idx_trading_signals_strategy ON trading_signals (strategy_type);
CREATE INDEX idx_portfolios_status_strategy ON portfolios (status, strategy_type);

ALTER TABLE portfolio_positions ADD CONSTRAINT fk_portfolio_positions_portfolio
    FOREIGN KEY (portfolio_id) REFERENCES portfolios (portfolio_id) ON DELETE CASCADE;
ALTER TABLE position_exits ADD CONSTRAINT position_exits_portfolio_id_fkey
    FOREIGN KEY (portfolio_id) REFERENCES portfolios (portfolio_id) ON DELETE CASCADE;
