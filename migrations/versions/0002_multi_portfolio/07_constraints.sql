-- Keys and indexes of the large tables: built once, after the rows of schema v1 are in.

ALTER TABLE market_snapshots
    ADD PRIMARY KEY (batch_id, market_id),
    ADD FOREIGN KEY (batch_id) REFERENCES market_batches ON DELETE CASCADE;
CREATE INDEX idx_market_snapshots_market_timestamp ON market_snapshots (market_id, timestamp);

ALTER TABLE trades
    ADD PRIMARY KEY (id),
    ADD CONSTRAINT trades_portfolio_trade_key UNIQUE (portfolio_id, trade_id),
    ADD CONSTRAINT fk_trades_portfolio
        FOREIGN KEY (portfolio_id) REFERENCES portfolios ON DELETE CASCADE,
    ADD FOREIGN KEY (cycle_id) REFERENCES trading_cycles;
CREATE INDEX idx_trades_portfolio_id ON trades (portfolio_id);
CREATE INDEX idx_trades_portfolio_timestamp ON trades (portfolio_id, timestamp);
CREATE INDEX idx_trades_portfolio_status ON trades (portfolio_id, status);

ALTER TABLE portfolio_positions
    ADD PRIMARY KEY (id),
    ADD CONSTRAINT portfolio_positions_trade_key UNIQUE (portfolio_id, trade_id),
    ADD CONSTRAINT portfolio_positions_id_key UNIQUE (portfolio_id, id),
    ADD CONSTRAINT fk_portfolio_positions_portfolio
        FOREIGN KEY (portfolio_id) REFERENCES portfolios ON DELETE CASCADE,
    ADD FOREIGN KEY (portfolio_id, trade_id) REFERENCES trades (portfolio_id, trade_id)
        ON DELETE CASCADE;
CREATE UNIQUE INDEX portfolio_positions_one_open
    ON portfolio_positions (portfolio_id, market_id, action)
    WHERE status = 'open' AND origin = 'live';
CREATE INDEX idx_portfolio_positions_portfolio_id ON portfolio_positions (portfolio_id);
CREATE INDEX idx_portfolio_positions_portfolio_status ON portfolio_positions (portfolio_id, status);
CREATE INDEX idx_portfolio_positions_portfolio_market
    ON portfolio_positions (portfolio_id, market_id);
CREATE INDEX idx_portfolio_positions_open_market ON portfolio_positions (market_id)
    WHERE status = 'open';

ALTER TABLE position_exits
    ADD PRIMARY KEY (id),
    ADD CONSTRAINT position_exits_source_key UNIQUE (portfolio_id, source),
    ADD FOREIGN KEY (portfolio_id) REFERENCES portfolios ON DELETE CASCADE,
    ADD FOREIGN KEY (portfolio_id, position_id) REFERENCES portfolio_positions (portfolio_id, id)
        ON DELETE CASCADE;
CREATE INDEX idx_position_exits_position ON position_exits (portfolio_id, position_id);

ALTER TABLE trading_signals
    ADD PRIMARY KEY (id),
    ADD CONSTRAINT trading_signals_decision_key UNIQUE (portfolio_id, cycle_id, market_id, action),
    ADD CONSTRAINT fk_trading_signals_portfolio
        FOREIGN KEY (portfolio_id) REFERENCES portfolios ON DELETE CASCADE,
    ADD FOREIGN KEY (portfolio_id, cycle_id) REFERENCES cycle_portfolios (portfolio_id, cycle_id)
        ON DELETE CASCADE,
    ADD FOREIGN KEY (portfolio_id, trade_id) REFERENCES trades (portfolio_id, trade_id);
CREATE UNIQUE INDEX trading_signals_trade_key ON trading_signals (portfolio_id, trade_id)
    WHERE trade_id IS NOT NULL;
CREATE INDEX idx_trading_signals_portfolio ON trading_signals (portfolio_id);
CREATE INDEX idx_trading_signals_portfolio_executed ON trading_signals (portfolio_id, executed);
CREATE INDEX idx_trading_signals_strategy ON trading_signals (strategy_type);

ALTER TABLE cash_ledger
    ADD PRIMARY KEY (portfolio_id, entry_no),
    ADD CONSTRAINT cash_ledger_source_key UNIQUE (portfolio_id, source),
    ADD FOREIGN KEY (portfolio_id) REFERENCES portfolios ON DELETE CASCADE;

ALTER TABLE portfolio_history
    ADD PRIMARY KEY (id),
    ADD CONSTRAINT portfolio_history_day_key UNIQUE (portfolio_id, snapshot_date),
    ADD CONSTRAINT fk_portfolio_history_portfolio
        FOREIGN KEY (portfolio_id) REFERENCES portfolios ON DELETE CASCADE;
CREATE INDEX idx_portfolio_history_portfolio_date ON portfolio_history (portfolio_id, snapshot_date);
CREATE INDEX idx_portfolio_history_portfolio_timestamp
    ON portfolio_history (portfolio_id, timestamp);

ALTER TABLE migration_differences ADD PRIMARY KEY (table_name, id);
