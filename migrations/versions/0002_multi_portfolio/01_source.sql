-- Schema v1 as this revision reads it. The old tables stay where they are, readable to all, until
-- the last part; the new ones grow in a schema of their own.

-- name: settings
SELECT
    set_config('prescient.migration_schema', current_schema(), true),
    set_config('prescient.migration_search_path', current_setting('search_path'), true),
    set_config('lock_timeout', coalesce(
        nullif(current_setting('prescient.migration_lock_timeout', true), ''), '10s'
    ), true),
    set_config('work_mem', '64MB', true),
    set_config('maintenance_work_mem', '128MB', true);

-- name: time_zone
-- A timestamp of schema v1 is local time: in the zone that is asked for, else in the server's own.
DO $$
DECLARE
    wanted text := nullif(current_setting('prescient.migration_time_zone', true), '');
BEGIN
    IF wanted IS NULL THEN
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_timezone_names WHERE lower(name) = lower(wanted)) THEN
        RAISE EXCEPTION 'time zone: % is not a name that Postgres knows', wanted;
    END IF;
    PERFORM set_config('TimeZone', wanted, true);
END $$;

-- name: lock
-- Writers wait from here to the end, readers only for the last statements.
LOCK TABLE portfolio_state, portfolio_positions, trades, trading_signals, portfolio_history,
    portfolio_snapshots, signal_archives, system_metadata, events, markets, market_snapshots
    IN SHARE MODE;

-- name: schemas
CREATE SCHEMA prescient_v1;
CREATE SCHEMA prescient_v2;
CREATE SCHEMA prescient_restored;

-- name: old_tables
-- Columns in the baseline's order and types, whatever order and narrower types they have.
CREATE VIEW prescient_v1.portfolio_state AS SELECT
    id, balance, total_invested, total_profit_loss, trade_count::integer, created_at, last_updated
FROM portfolio_state;
CREATE VIEW prescient_v1.portfolio_positions AS SELECT
    id, trade_id, market_id, market_question::text, action, amount, entry_price, entry_timestamp, status,
    current_pnl, realized_pnl, exit_price, exit_timestamp, created_at
FROM portfolio_positions;
CREATE VIEW prescient_v1.trades AS SELECT
    id, trade_id, timestamp, market_id, market_question::text, action, amount, entry_price, confidence,
    reason::text, status, event_id, event_title::text, event_end_date, current_pnl, realized_pnl, created_at
FROM trades;
CREATE VIEW prescient_v1.trading_signals AS SELECT
    id, timestamp, market_id, market_question::text, action, target_price, amount, confidence, reason::text,
    yes_price, no_price, market_liquidity, market_volume, event_id, event_title::text, event_end_date,
    executed, executed_at, trade_id, created_at
FROM trading_signals;
CREATE VIEW prescient_v1.portfolio_history AS SELECT
    id, snapshot_date, timestamp, balance, total_invested, total_profit_loss, total_value,
    open_positions::integer, trade_count::integer
FROM portfolio_history;
CREATE VIEW prescient_v1.portfolio_snapshots AS SELECT
    id, timestamp, balance, total_invested, total_profit_loss, trade_count::integer
FROM portfolio_snapshots;
CREATE VIEW prescient_v1.signal_archives AS SELECT
    id, archived_at, archive_month, signals_count::integer, signals_data
FROM signal_archives;
CREATE VIEW prescient_v1.system_metadata AS SELECT key::text, value::text, updated_at FROM system_metadata;
CREATE VIEW prescient_v1.events AS SELECT
    id, event_id, title::text, slug, liquidity, volume, volume24hr, start_date, end_date, days_until_end::integer,
    event_data, is_filtered, created_at, updated_at
FROM events;
CREATE VIEW prescient_v1.markets AS SELECT
    id, market_id, question::text, event_id, event_title::text, event_end_date, liquidity, volume, volume24hr,
    yes_price, no_price, market_conviction, market_data, is_filtered, created_at, updated_at
FROM markets;
CREATE VIEW prescient_v1.market_snapshots AS SELECT
    id, market_id, timestamp, yes_price, no_price, liquidity, volume, volume24hr, market_conviction,
    created_at
FROM market_snapshots;

-- name: readings
-- A time that the present system can show in any zone; null where it is beyond year 1 or 9999.
CREATE FUNCTION prescient_v1.moment(local timestamp) RETURNS timestamptz LANGUAGE sql STABLE
    RETURN CASE WHEN local >= '0001-01-03' AND local < '9999-12-30' THEN local::timestamptz END;
CREATE FUNCTION prescient_v1.number(given numeric) RETURNS numeric LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN given <> 'NaN' THEN given END;
-- The whole hundredths that the amount buys, so that it is their cost rounded up to the cent.
CREATE FUNCTION prescient_v1.shares(amount numeric, price numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE
    RETURN CASE
        WHEN price > 0 AND price < 1 AND amount < price * 1e13 THEN trunc(amount / price, 2)
    END;
-- In an array, so that JSON's null and SQL's stay apart.
CREATE FUNCTION prescient_v1.boxed(document jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN document IS NOT NULL THEN jsonb_build_array(document) END;

-- name: judgements
-- Beside each row why the new schema cannot hold it; null where it can.
CREATE VIEW prescient_v1.judged_trades AS SELECT
    *,
    CASE
        WHEN action NOT IN ('buy_yes', 'buy_no') THEN 'unknown action'
        WHEN status NOT IN ('open', 'closed') THEN 'unknown status'
        WHEN amount <= 0 OR amount = 'NaN' THEN 'amount is not above 0'
        WHEN 'NaN' IN (entry_price, confidence) THEN 'not a number'
        WHEN prescient_v1.moment(timestamp) IS NULL THEN 'time out of range'
    END AS refusal
FROM prescient_v1.trades;
CREATE VIEW prescient_v1.judged_positions AS SELECT
    *,
    CASE
        WHEN action NOT IN ('buy_yes', 'buy_no') THEN 'unknown action'
        WHEN status NOT IN ('open', 'closed') THEN 'unknown status'
        WHEN amount <= 0 OR amount = 'NaN' THEN 'amount is not above 0'
        WHEN entry_price = 'NaN' THEN 'not a number'
        WHEN prescient_v1.moment(entry_timestamp) IS NULL THEN 'time out of range'
        WHEN status = 'open' THEN NULL
        WHEN exit_price IS NULL THEN 'closed without an exit price'
        WHEN exit_price NOT BETWEEN 0 AND 1 THEN 'closed at an exit price outside [0, 1]'
        WHEN prescient_v1.moment(exit_timestamp) IS NULL THEN 'closed without an exit time'
        WHEN prescient_v1.shares(amount, entry_price) IS NULL
            THEN 'closed with an entry price outside (0, 1)'
    END AS refusal
FROM prescient_v1.portfolio_positions;
CREATE VIEW prescient_v1.judged_signals AS SELECT
    *,
    CASE
        WHEN action NOT IN ('buy_yes', 'buy_no', 'sell_yes', 'sell_no') THEN 'unknown action'
        WHEN amount <= 0 OR amount = 'NaN' THEN 'amount is not above 0'
        WHEN 'NaN' IN (target_price, confidence, yes_price, no_price) THEN 'not a number'
        WHEN prescient_v1.moment(timestamp) IS NULL THEN 'time out of range'
    END AS refusal
FROM prescient_v1.trading_signals;
CREATE VIEW prescient_v1.judged_history AS SELECT
    id, snapshot_date, timestamp, balance, total_invested, total_profit_loss, total_value,
    open_positions, trade_count,
    CASE
        WHEN flaw IS NULL AND id <> first_value(id) OVER (
            PARTITION BY snapshot_date, flaw ORDER BY timestamp DESC, id DESC
        ) THEN 'older row of the same day'
        ELSE flaw
    END AS refusal
FROM (
    SELECT
        *,
        CASE
            WHEN prescient_v1.moment(timestamp) IS NULL
                OR prescient_v1.moment(snapshot_date) IS NULL THEN 'time out of range'
            WHEN 'NaN' IN (balance, total_invested, total_profit_loss, total_value)
                THEN 'not a number'
            WHEN open_positions < 0 OR trade_count < 0 THEN 'negative count'
        END AS flaw
    FROM prescient_v1.portfolio_history
) AS history;
CREATE VIEW prescient_v1.judged_events AS SELECT
    *, CASE WHEN event_id IS NULL THEN 'no event_id' END AS refusal
FROM prescient_v1.events;
CREATE VIEW prescient_v1.judged_markets AS SELECT
    *, CASE WHEN market_id IS NULL THEN 'no market_id' END AS refusal
FROM prescient_v1.markets;
CREATE VIEW prescient_v1.judged_snapshots AS SELECT
    *,
    CASE
        WHEN market_id IS NULL THEN 'no market_id'
        WHEN prescient_v1.moment(timestamp) IS NULL THEN 'no time, or out of range'
        WHEN yes_price NOT BETWEEN 0 AND 1 OR no_price NOT BETWEEN 0 AND 1
            THEN 'price outside [0, 1]'
    END AS refusal
FROM prescient_v1.market_snapshots;

-- name: destination
SELECT set_config('search_path', 'prescient_v2', true);
