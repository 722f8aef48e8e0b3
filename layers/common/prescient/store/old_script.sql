-- name: make
-- Make what the script adds to schema v1, and the plan's two tables beside it.
CREATE TABLE portfolios (
    portfolio_id SERIAL PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    description TEXT,
    strategy_type VARCHAR(100) NOT NULL,
    initial_balance DECIMAL(15, 2) NOT NULL,
    current_balance DECIMAL(15, 2) NOT NULL,
    total_invested DECIMAL(15, 2),
    total_profit_loss DECIMAL(15, 2),
    trade_count INTEGER,
    status VARCHAR(50),
    created_at TIMESTAMP,
    last_updated TIMESTAMP,
    strategy_config JSONB,
    max_position_size DECIMAL(15, 2),
    max_total_exposure DECIMAL(15, 2),
    max_positions INTEGER,
    total_trades_executed INTEGER,
    total_winning_trades INTEGER,
    total_losing_trades INTEGER,
    avg_trade_pnl DECIMAL(15, 2),
    max_drawdown DECIMAL(15, 2),
    last_trade_at TIMESTAMP,
    last_price_update TIMESTAMP,
    UNIQUE (name)
);
ALTER TABLE portfolio_positions
    ADD portfolio_id INTEGER REFERENCES portfolios (portfolio_id) ON DELETE CASCADE;
ALTER TABLE trades
    ADD portfolio_id INTEGER REFERENCES portfolios (portfolio_id) ON DELETE CASCADE;
ALTER TABLE trading_signals
    ADD portfolio_id INTEGER REFERENCES portfolios (portfolio_id) ON DELETE CASCADE,
    ADD strategy_type VARCHAR(100);
ALTER TABLE portfolio_history
    ADD portfolio_id INTEGER REFERENCES portfolios (portfolio_id) ON DELETE CASCADE;
CREATE TABLE portfolio_rebalancing_log (
    id SERIAL PRIMARY KEY,
    timestamp TIMESTAMP,
    from_portfolio_id INTEGER REFERENCES portfolios (portfolio_id),
    to_portfolio_id INTEGER REFERENCES portfolios (portfolio_id),
    amount DECIMAL(15, 2) NOT NULL,
    reason TEXT,
    executed_by VARCHAR(100),
    CONSTRAINT positive_amount CHECK (amount > 0)
);
CREATE TABLE portfolio_performance_cache (
    portfolio_id INTEGER PRIMARY KEY REFERENCES portfolios (portfolio_id) ON DELETE CASCADE,
    calculated_at TIMESTAMP,
    sharpe_ratio DECIMAL(10, 4),
    sortino_ratio DECIMAL(10, 4),
    win_rate DECIMAL(5, 2),
    avg_win DECIMAL(15, 2),
    avg_loss DECIMAL(15, 2),
    profit_factor DECIMAL(10, 4),
    max_consecutive_wins INTEGER,
    max_consecutive_losses INTEGER,
    return_1d DECIMAL(10, 4),
    return_7d DECIMAL(10, 4),
    return_30d DECIMAL(10, 4),
    return_all_time DECIMAL(10, 4)
);

-- name: count_owners
-- Count each table's rows by the portfolio that they name; a column that is not there names none.
-- Where a table lacks it, the name means the column of `absent`.
SELECT table_name, portfolio_id, count(*) AS rows, portfolio_id IN (
    SELECT known.portfolio_id FROM portfolios AS known
) AS is_known
FROM (
    SELECT 'portfolio_positions' AS table_name, named.portfolio_id
    FROM (SELECT NULL::integer AS portfolio_id) AS absent
    CROSS JOIN LATERAL (SELECT portfolio_id FROM portfolio_positions) AS named
    UNION ALL
    SELECT 'trades', named.portfolio_id
    FROM (SELECT NULL::integer AS portfolio_id) AS absent
    CROSS JOIN LATERAL (SELECT portfolio_id FROM trades) AS named
    UNION ALL
    SELECT 'trading_signals', named.portfolio_id
    FROM (SELECT NULL::integer AS portfolio_id) AS absent
    CROSS JOIN LATERAL (SELECT portfolio_id FROM trading_signals) AS named
    UNION ALL
    SELECT 'portfolio_history', named.portfolio_id
    FROM (SELECT NULL::integer AS portfolio_id) AS absent
    CROSS JOIN LATERAL (SELECT portfolio_id FROM portfolio_history) AS named
) AS every
GROUP BY table_name, portfolio_id
ORDER BY table_name, portfolio_id;

-- name: select_portfolios
-- Read the portfolios, the one first that the script made, and what the trades of each have cost;
-- trades that name none are that one's.
WITH spent AS MATERIALIZED (
    SELECT named.portfolio_id, sum(named.amount) AS amount
    FROM (SELECT NULL::integer AS portfolio_id) AS absent
    CROSS JOIN LATERAL (SELECT portfolio_id, amount FROM trades) AS named
    WHERE named.amount > 0
    GROUP BY named.portfolio_id
)
SELECT
    portfolio_id, is_default, current_balance, initial_balance, coalesce((
        SELECT sum(amount) FROM spent
        WHERE coalesce(spent.portfolio_id = placed.portfolio_id, place = 1)
    ), 0) AS bought
FROM (
    SELECT
        *, row_number() OVER (ORDER BY is_default DESC, portfolio_id) AS place
    FROM (
        SELECT
            portfolio_id, current_balance, initial_balance,
            name = 'Default Portfolio'
                OR coalesce(description = 'Migrated from single portfolio system', false) AS is_default
        FROM portfolios
    ) AS known
) AS placed
ORDER BY place;

-- name: select_state_balance
-- Read the balance of the older state.
SELECT balance FROM portfolio_state WHERE id = 1;
