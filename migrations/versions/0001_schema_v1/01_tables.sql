-- The tables of the older system, schema v1, as they were.

CREATE TABLE portfolio_state (
    id INTEGER PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    balance DECIMAL(15, 2) NOT NULL,
    total_invested DECIMAL(15, 2) NOT NULL,
    total_profit_loss DECIMAL(15, 2) NOT NULL,
    trade_count INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    last_updated TIMESTAMP NOT NULL
);

CREATE TABLE portfolio_positions (
    id SERIAL PRIMARY KEY,
    trade_id VARCHAR(255) UNIQUE NOT NULL,
    market_id VARCHAR(255) NOT NULL,
    market_question TEXT NOT NULL,
    action VARCHAR(50) NOT NULL,
    amount DECIMAL(15, 2) NOT NULL,
    entry_price DECIMAL(10, 6) NOT NULL,
    entry_timestamp TIMESTAMP NOT NULL,
    status VARCHAR(50) NOT NULL,
    current_pnl DECIMAL(15, 2),
    realized_pnl DECIMAL(15, 2),
    exit_price DECIMAL(10, 6),
    exit_timestamp TIMESTAMP,
    created_at TIMESTAMP NOT NULL DEFAULT NOW()
);
CREATE INDEX idx_portfolio_positions_market_id ON portfolio_positions (market_id);
CREATE INDEX idx_portfolio_positions_status ON portfolio_positions (status);

CREATE TABLE trades (
    id SERIAL PRIMARY KEY,
    trade_id VARCHAR(255) UNIQUE NOT NULL,
    timestamp TIMESTAMP NOT NULL,
    market_id VARCHAR(255) NOT NULL,
    market_question TEXT NOT NULL,
    action VARCHAR(50) NOT NULL,
    amount DECIMAL(15, 2) NOT NULL,
    entry_price DECIMAL(10, 6) NOT NULL,
    confidence DECIMAL(5, 4) NOT NULL,
    reason TEXT,
    status VARCHAR(50) NOT NULL,
    event_id VARCHAR(255),
    event_title TEXT,
    event_end_date TIMESTAMP,
    current_pnl DECIMAL(15, 2),
    realized_pnl DECIMAL(15, 2),
    created_at TIMESTAMP NOT NULL DEFAULT NOW()
);
CREATE INDEX idx_trades_market_id ON trades (market_id);
CREATE INDEX idx_trades_timestamp ON trades (timestamp DESC);
CREATE INDEX idx_trades_status ON trades (status);

CREATE TABLE trading_signals (
    id SERIAL PRIMARY KEY,
    timestamp TIMESTAMP NOT NULL,
    market_id VARCHAR(255) NOT NULL,
    market_question TEXT NOT NULL,
    action VARCHAR(50) NOT NULL,
    target_price DECIMAL(10, 6) NOT NULL,
    amount DECIMAL(15, 2) NOT NULL,
    confidence DECIMAL(5, 4) NOT NULL,
    reason TEXT,
    yes_price DECIMAL(10, 6) NOT NULL,
    no_price DECIMAL(10, 6) NOT NULL,
    market_liquidity DECIMAL(15, 2),
    market_volume DECIMAL(15, 2),
    event_id VARCHAR(255),
    event_title TEXT,
    event_end_date TIMESTAMP,
    executed BOOLEAN DEFAULT FALSE,
    executed_at TIMESTAMP,
    trade_id VARCHAR(255) REFERENCES trades (trade_id),
    created_at TIMESTAMP NOT NULL DEFAULT NOW()
);
CREATE INDEX idx_trading_signals_market_id ON trading_signals (market_id);
CREATE INDEX idx_trading_signals_timestamp ON trading_signals (timestamp DESC);
CREATE INDEX idx_trading_signals_executed ON trading_signals (executed);

CREATE TABLE portfolio_history (
    id SERIAL PRIMARY KEY,
    snapshot_date DATE NOT NULL,
    timestamp TIMESTAMP NOT NULL,
    balance DECIMAL(15, 2) NOT NULL,
    total_invested DECIMAL(15, 2) NOT NULL,
    total_profit_loss DECIMAL(15, 2) NOT NULL,
    total_value DECIMAL(15, 2) NOT NULL,
    open_positions INTEGER NOT NULL,
    trade_count INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT NOW()
);
CREATE INDEX idx_portfolio_history_snapshot_date ON portfolio_history (snapshot_date DESC);

CREATE TABLE portfolio_snapshots (
    id SERIAL PRIMARY KEY,
    timestamp TIMESTAMP NOT NULL DEFAULT NOW(),
    balance DECIMAL(15, 2) NOT NULL,
    total_invested DECIMAL(15, 2) NOT NULL,
    total_profit_loss DECIMAL(15, 2) NOT NULL,
    trade_count INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT NOW()
);
CREATE INDEX idx_portfolio_snapshots_timestamp ON portfolio_snapshots (timestamp DESC);

CREATE TABLE signal_archives (
    id SERIAL PRIMARY KEY,
    archived_at TIMESTAMP NOT NULL,
    archive_month VARCHAR(7) NOT NULL,
    signals_count INTEGER NOT NULL,
    signals_data JSONB NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT NOW()
);
CREATE INDEX idx_signal_archives_archive_month ON signal_archives (archive_month);

CREATE TABLE system_metadata (
    key VARCHAR(255) PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE events (
    id SERIAL PRIMARY KEY,
    event_id VARCHAR(255) UNIQUE,
    title TEXT,
    slug VARCHAR(500),
    liquidity DECIMAL(15, 2),
    volume DECIMAL(15, 2),
    volume24hr DECIMAL(15, 2),
    start_date TIMESTAMP,
    end_date TIMESTAMP,
    days_until_end INTEGER,
    event_data JSONB,
    is_filtered BOOLEAN,
    created_at TIMESTAMP NOT NULL DEFAULT NOW(),
    updated_at TIMESTAMP
);
CREATE INDEX idx_events_event_id ON events (event_id);
CREATE INDEX idx_events_liquidity ON events (liquidity);
CREATE INDEX idx_events_volume ON events (volume);
CREATE INDEX idx_events_end_date ON events (end_date);

CREATE TABLE markets (
    id SERIAL PRIMARY KEY,
    market_id VARCHAR(255) UNIQUE,
    question TEXT,
    event_id VARCHAR(255),
    event_title TEXT,
    event_end_date TIMESTAMP,
    liquidity DECIMAL(15, 2),
    volume DECIMAL(15, 2),
    volume24hr DECIMAL(15, 2),
    yes_price DECIMAL(10, 6),
    no_price DECIMAL(10, 6),
    market_conviction DECIMAL(10, 6),
    market_data JSONB,
    is_filtered BOOLEAN,
    created_at TIMESTAMP NOT NULL DEFAULT NOW(),
    updated_at TIMESTAMP
);
CREATE INDEX idx_markets_market_id ON markets (market_id);
CREATE INDEX idx_markets_event_id ON markets (event_id);
CREATE INDEX idx_markets_liquidity ON markets (liquidity);
CREATE INDEX idx_markets_volume ON markets (volume);

CREATE TABLE market_snapshots (
    id SERIAL PRIMARY KEY,
    market_id VARCHAR(255),
    timestamp TIMESTAMP,
    yes_price DECIMAL(10, 6),
    no_price DECIMAL(10, 6),
    liquidity DECIMAL(15, 2),
    volume DECIMAL(15, 2),
    volume24hr DECIMAL(15, 2),
    market_conviction DECIMAL(10, 6),
    created_at TIMESTAMP NOT NULL DEFAULT NOW()
);
CREATE INDEX idx_market_snapshots_market_id ON market_snapshots (market_id);
CREATE INDEX idx_market_snapshots_timestamp ON market_snapshots (timestamp DESC);
