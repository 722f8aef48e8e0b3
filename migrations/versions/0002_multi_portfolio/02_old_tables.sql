-- Read schema v1 in the baseline's order and types, whatever order and narrower types it has. What
-- the seed's script added, or dropped, is there too: it reads as empty or null where it is lacking.

-- name: absent_tables
CREATE SCHEMA prescient_absent;
SELECT set_config('search_path', 'prescient_absent', true);
CREATE TABLE portfolio_state (
    id INTEGER, balance NUMERIC(15, 2), total_invested NUMERIC(15, 2),
    total_profit_loss NUMERIC(15, 2), trade_count INTEGER, created_at TIMESTAMP,
    last_updated TIMESTAMP
);
CREATE TABLE portfolios (
    portfolio_id INTEGER, name VARCHAR(255), description TEXT, strategy_type VARCHAR(100),
    initial_balance NUMERIC(15, 2), current_balance NUMERIC(15, 2), total_invested NUMERIC(15, 2),
    total_profit_loss NUMERIC(15, 2), trade_count INTEGER, status VARCHAR(50), created_at TIMESTAMP,
    last_updated TIMESTAMP, strategy_config JSONB, max_position_size NUMERIC(15, 2),
    max_total_exposure NUMERIC(15, 2), max_positions INTEGER, total_trades_executed INTEGER,
    total_winning_trades INTEGER, total_losing_trades INTEGER, avg_trade_pnl NUMERIC(15, 2),
    max_drawdown NUMERIC(15, 2), last_trade_at TIMESTAMP, last_price_update TIMESTAMP
);
CREATE TABLE portfolio_rebalancing_log (
    id INTEGER, timestamp TIMESTAMP, from_portfolio_id INTEGER, to_portfolio_id INTEGER,
    amount NUMERIC(15, 2), reason TEXT, executed_by VARCHAR(100)
);
CREATE TABLE portfolio_performance_cache (
    portfolio_id INTEGER, calculated_at TIMESTAMP, sharpe_ratio NUMERIC(10, 4),
    sortino_ratio NUMERIC(10, 4), win_rate NUMERIC(5, 2), avg_win NUMERIC(15, 2),
    avg_loss NUMERIC(15, 2), profit_factor NUMERIC(10, 4), max_consecutive_wins INTEGER,
    max_consecutive_losses INTEGER, return_1d NUMERIC(10, 4), return_7d NUMERIC(10, 4),
    return_30d NUMERIC(10, 4), return_all_time NUMERIC(10, 4)
);
SELECT set_config(
    'search_path', current_setting('prescient.migration_source') || ', prescient_absent', true
);

-- name: tables_of_one_shape
CREATE VIEW prescient_v1.portfolio_state AS SELECT
    id, balance, total_invested, total_profit_loss, trade_count::integer, created_at, last_updated
FROM portfolio_state;
CREATE VIEW prescient_v1.portfolio_snapshots AS SELECT
    id, timestamp, balance, total_invested, total_profit_loss, trade_count::integer, created_at
FROM portfolio_snapshots;
CREATE VIEW prescient_v1.signal_archives AS SELECT
    id, archived_at, archive_month, signals_count::integer, signals_data, created_at
FROM signal_archives;
CREATE VIEW prescient_v1.system_metadata AS SELECT
    key::text, value::text, updated_at
FROM system_metadata;
CREATE VIEW prescient_v1.events AS SELECT
    id, event_id, title::text, slug, liquidity, volume, volume24hr, start_date, end_date,
    days_until_end::integer, event_data, is_filtered, created_at, updated_at
FROM events;
CREATE VIEW prescient_v1.markets AS SELECT
    id, market_id, question::text, event_id, event_title::text, event_end_date, liquidity, volume,
    volume24hr, yes_price, no_price, market_conviction, market_data, is_filtered, created_at,
    updated_at
FROM markets;
CREATE VIEW prescient_v1.market_snapshots AS SELECT
    id, market_id, timestamp, yes_price, no_price, liquidity, volume, volume24hr, created_at,
    market_conviction
FROM market_snapshots;
CREATE VIEW prescient_v1.portfolios AS SELECT
    portfolio_id, name, description::text, strategy_type, initial_balance, current_balance,
    total_invested, total_profit_loss, trade_count::integer, status, created_at, last_updated,
    strategy_config, max_position_size, max_total_exposure, max_positions::integer,
    total_trades_executed::integer, total_winning_trades::integer, total_losing_trades::integer,
    avg_trade_pnl, max_drawdown, last_trade_at, last_price_update
FROM portfolios;
CREATE VIEW prescient_v1.portfolio_rebalancing_log AS SELECT
    id, timestamp, from_portfolio_id, to_portfolio_id, amount, reason::text, executed_by
FROM portfolio_rebalancing_log;
CREATE VIEW prescient_v1.portfolio_performance_cache AS SELECT
    portfolio_id, calculated_at, sharpe_ratio, sortino_ratio, win_rate, avg_win, avg_loss,
    profit_factor, max_consecutive_wins::integer, max_consecutive_losses::integer, return_1d,
    return_7d, return_30d, return_all_time
FROM portfolio_performance_cache;

-- name: tables_that_the_script_widened
DO $$
DECLARE
    viewed record;
BEGIN
    FOR viewed IN
        SELECT name, columns, string_agg(
            format(
                CASE WHEN attname IS NULL THEN 'NULL::%2$s AS %1$I' ELSE '%1$I' END, added, type
            ), ', ' ORDER BY added
        ) AS script
        FROM (VALUES
            (
                'portfolio_positions',
                'id, trade_id, market_id, market_question::text, action, amount, entry_price,
                entry_timestamp, status, current_pnl, realized_pnl, exit_price, exit_timestamp,
                created_at',
                ARRAY['portfolio_id'], ARRAY['integer']
            ),
            (
                'trades',
                'id, trade_id, timestamp, market_id, market_question::text, action, amount,
                entry_price, confidence, reason::text, status, event_id, event_title::text,
                event_end_date, current_pnl, realized_pnl, created_at',
                ARRAY['portfolio_id'], ARRAY['integer']
            ),
            (
                'trading_signals',
                'id, timestamp, market_id, market_question::text, action, target_price, amount,
                confidence, reason::text, yes_price, no_price, market_liquidity, market_volume,
                event_id, event_title::text, event_end_date, executed, executed_at, trade_id,
                created_at',
                ARRAY['portfolio_id', 'strategy_type'], ARRAY['integer', 'varchar(100)']
            ),
            (
                'portfolio_history',
                'id, snapshot_date, timestamp, balance, total_invested, total_profit_loss,
                total_value, open_positions::integer, trade_count::integer, created_at',
                ARRAY['portfolio_id'], ARRAY['integer']
            )
        ) AS listed (name, columns, added_columns, types)
        CROSS JOIN unnest(added_columns, types) AS addition (added, type)
        LEFT JOIN pg_attribute
            ON attrelid = name::regclass AND attname = added AND NOT attisdropped
        GROUP BY name, columns
    LOOP
        EXECUTE format(
            'CREATE VIEW prescient_v1.%1$I AS SELECT %2$s, %3$s FROM %1$I',
            viewed.name, viewed.columns, viewed.script
        );
    END LOOP;
END $$;
