"""What migrate_to_multiple_portfolios.py, of the seed's plan, does to schema v1, step by step."""

from __future__ import annotations

from typing import LiteralString

OWNED = ("portfolio_positions", "trades", "trading_signals", "portfolio_history")
STEPS: tuple[LiteralString, ...] = (
    """
    CREATE TABLE IF NOT EXISTS portfolios (
        portfolio_id SERIAL PRIMARY KEY,
        name VARCHAR(255) NOT NULL,
        description TEXT,
        strategy_type VARCHAR(100) NOT NULL,
        initial_balance DECIMAL(15, 2) NOT NULL,
        current_balance DECIMAL(15, 2) NOT NULL,
        total_invested DECIMAL(15, 2) DEFAULT 0,
        total_profit_loss DECIMAL(15, 2) DEFAULT 0,
        trade_count INTEGER DEFAULT 0,
        status VARCHAR(50) DEFAULT 'active',
        created_at TIMESTAMP DEFAULT NOW(),
        last_updated TIMESTAMP DEFAULT NOW(),
        strategy_config JSONB DEFAULT '{}'::jsonb,
        max_position_size DECIMAL(15, 2),
        max_total_exposure DECIMAL(15, 2),
        max_positions INTEGER DEFAULT 20,
        total_trades_executed INTEGER DEFAULT 0,
        total_winning_trades INTEGER DEFAULT 0,
        total_losing_trades INTEGER DEFAULT 0,
        avg_trade_pnl DECIMAL(15, 2) DEFAULT 0,
        max_drawdown DECIMAL(15, 2) DEFAULT 0,
        last_trade_at TIMESTAMP,
        last_price_update TIMESTAMP,
        UNIQUE (name)
    )""",
    """
    CREATE INDEX IF NOT EXISTS idx_portfolios_status ON portfolios (status);
    CREATE INDEX IF NOT EXISTS idx_portfolios_strategy_type ON portfolios (strategy_type);
    CREATE INDEX IF NOT EXISTS idx_portfolios_status_strategy
        ON portfolios (status, strategy_type)""",
    """
    INSERT INTO portfolios (
        name, description, strategy_type, initial_balance, current_balance, total_invested,
        total_profit_loss, trade_count, status, created_at
    )
    SELECT
        'Default Portfolio', 'Migrated from single portfolio system', 'momentum', 10000.00, balance,
        total_invested, total_profit_loss, trade_count, 'active', created_at
    FROM portfolio_state WHERE id = 1""",
    """
    ALTER TABLE portfolio_positions ADD COLUMN IF NOT EXISTS portfolio_id INTEGER;
    ALTER TABLE trades ADD COLUMN IF NOT EXISTS portfolio_id INTEGER;
    ALTER TABLE trading_signals ADD COLUMN IF NOT EXISTS portfolio_id INTEGER;
    ALTER TABLE portfolio_history ADD COLUMN IF NOT EXISTS portfolio_id INTEGER;
    ALTER TABLE trading_signals ADD COLUMN IF NOT EXISTS strategy_type VARCHAR(100)""",
    """
    UPDATE portfolio_positions SET portfolio_id = 1 WHERE portfolio_id IS NULL;
    UPDATE trades SET portfolio_id = 1 WHERE portfolio_id IS NULL;
    UPDATE trading_signals SET portfolio_id = 1 WHERE portfolio_id IS NULL;
    UPDATE portfolio_history SET portfolio_id = 1 WHERE portfolio_id IS NULL""",
    """
    ALTER TABLE portfolio_positions ADD CONSTRAINT fk_portfolio_positions_portfolio
        FOREIGN KEY (portfolio_id) REFERENCES portfolios (portfolio_id) ON DELETE CASCADE;
    ALTER TABLE trades ADD CONSTRAINT fk_trades_portfolio
        FOREIGN KEY (portfolio_id) REFERENCES portfolios (portfolio_id) ON DELETE CASCADE;
    ALTER TABLE trading_signals ADD CONSTRAINT fk_trading_signals_portfolio
        FOREIGN KEY (portfolio_id) REFERENCES portfolios (portfolio_id) ON DELETE CASCADE;
    ALTER TABLE portfolio_history ADD CONSTRAINT fk_portfolio_history_portfolio
        FOREIGN KEY (portfolio_id) REFERENCES portfolios (portfolio_id) ON DELETE CASCADE""",
    """
    CREATE INDEX IF NOT EXISTS idx_portfolio_positions_portfolio_id
        ON portfolio_positions (portfolio_id);
    CREATE INDEX IF NOT EXISTS idx_portfolio_positions_portfolio_status
        ON portfolio_positions (portfolio_id, status);
    CREATE INDEX IF NOT EXISTS idx_portfolio_positions_portfolio_market
        ON portfolio_positions (portfolio_id, market_id);
    CREATE INDEX IF NOT EXISTS idx_trades_portfolio_id ON trades (portfolio_id);
    CREATE INDEX IF NOT EXISTS idx_trades_portfolio_timestamp ON trades (portfolio_id, timestamp);
    CREATE INDEX IF NOT EXISTS idx_trades_portfolio_status ON trades (portfolio_id, status);
    CREATE INDEX IF NOT EXISTS idx_trading_signals_portfolio ON trading_signals (portfolio_id);
    CREATE INDEX IF NOT EXISTS idx_trading_signals_portfolio_executed
        ON trading_signals (portfolio_id, executed);
    CREATE INDEX IF NOT EXISTS idx_trading_signals_strategy ON trading_signals (strategy_type);
    CREATE INDEX IF NOT EXISTS idx_portfolio_history_portfolio_date
        ON portfolio_history (portfolio_id, snapshot_date);
    CREATE INDEX IF NOT EXISTS idx_portfolio_history_portfolio_timestamp
        ON portfolio_history (portfolio_id, timestamp)""",
    """
    ALTER TABLE portfolio_positions ALTER COLUMN portfolio_id SET NOT NULL;
    ALTER TABLE trades ALTER COLUMN portfolio_id SET NOT NULL;
    ALTER TABLE portfolio_history ALTER COLUMN portfolio_id SET NOT NULL""",
    "DROP TABLE IF EXISTS portfolio_state",
    "SELECT count(*) FROM portfolios",  # the script's tenth step only looks
)
PHASE_3: tuple[LiteralString, ...] = (
    """
    CREATE TABLE portfolio_rebalancing_log (
        id SERIAL PRIMARY KEY,
        timestamp TIMESTAMP DEFAULT NOW(),
        from_portfolio_id INTEGER REFERENCES portfolios (portfolio_id),
        to_portfolio_id INTEGER REFERENCES portfolios (portfolio_id),
        amount DECIMAL(15, 2) NOT NULL,
        reason TEXT,
        executed_by VARCHAR(100),
        CONSTRAINT positive_amount CHECK (amount > 0)
    )""",
    """
    CREATE INDEX idx_rebalancing_from_portfolio ON portfolio_rebalancing_log (from_portfolio_id);
    CREATE INDEX idx_rebalancing_to_portfolio ON portfolio_rebalancing_log (to_portfolio_id);
    CREATE INDEX idx_rebalancing_timestamp ON portfolio_rebalancing_log (timestamp)""",
    """
    CREATE TABLE portfolio_performance_cache (
        portfolio_id INTEGER PRIMARY KEY REFERENCES portfolios (portfolio_id) ON DELETE CASCADE,
        calculated_at TIMESTAMP DEFAULT NOW(),
        sharpe_ratio DECIMAL(10, 4), sortino_ratio DECIMAL(10, 4), win_rate DECIMAL(5, 2),
        avg_win DECIMAL(15, 2), avg_loss DECIMAL(15, 2), profit_factor DECIMAL(10, 4),
        max_consecutive_wins INTEGER, max_consecutive_losses INTEGER,
        return_1d DECIMAL(10, 4), return_7d DECIMAL(10, 4), return_30d DECIMAL(10, 4),
        return_all_time DECIMAL(10, 4)
    )""",
)
