-- How the old rows are read: by which clock, for which portfolio, and what cannot be carried.

-- name: clocks
-- Two clocks stamped the rows, each in a local time of its own: the application's, and the database
-- server's. The zone of the second, where it is not given, is the first candidate under which the
-- two tell the same time of the same rows; `seconds_apart` is how far they are apart (the median).
CREATE TABLE prescient_v1.clocks (
    application text, server text, server_is_given boolean, rows_compared bigint,
    seconds_apart numeric
);
DO $$
DECLARE
    application text := coalesce(
        nullif(current_setting('prescient.migration_time_zone', true), ''),
        current_setting('TimeZone')
    );
    given text := nullif(current_setting('prescient.migration_server_time_zone', true), '');
    unknown text;
BEGIN
    SELECT zone INTO unknown
    FROM unnest(ARRAY[nullif(current_setting('prescient.migration_time_zone', true), ''), given])
        AS asked (zone)
    WHERE lower(zone) NOT IN (SELECT lower(name) FROM pg_timezone_names);
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'time zone: % is not a name that Postgres knows', unknown;
    END IF;
    INSERT INTO prescient_v1.clocks
    WITH stamped AS (
        SELECT timestamp, created_at FROM prescient_v1.trades
        UNION ALL SELECT timestamp, created_at FROM prescient_v1.portfolio_history
    ), sample AS (
        SELECT timestamp, created_at FROM stamped
        WHERE timestamp BETWEEN '1970-01-01' AND '9999-01-01'
            AND created_at BETWEEN '1970-01-01' AND '9999-01-01'
        LIMIT 1000
    ), candidate AS (
        SELECT zone, place
        FROM unnest(CASE
            WHEN given IS NOT NULL THEN ARRAY[given]
            ELSE ARRAY[application, current_setting('TimeZone'), 'UTC']
        END) WITH ORDINALITY AS listed (zone, place)
    ), compared AS (
        SELECT zone, place, count(timestamp) AS rows, percentile_cont(0.5) WITHIN GROUP (
            ORDER BY abs(extract(
                epoch FROM created_at AT TIME ZONE zone - timestamp AT TIME ZONE application
            ))
        ) AS apart
        FROM candidate LEFT JOIN sample ON true GROUP BY zone, place
    )
    SELECT application, zone, given IS NOT NULL, rows, round(apart::numeric, 3)
    FROM compared ORDER BY apart > 900, place LIMIT 1;
    SELECT set_config('TimeZone', server, true) INTO unknown FROM prescient_v1.clocks;
END $$;

-- name: readings
-- A time that the present system can show in any zone; null where it is beyond year 1 or 9999.
CREATE FUNCTION prescient_v1.moment(local timestamp) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN local >= '0001-01-03' AND local < '9999-12-30' THEN local::timestamptz END;
DO $$
BEGIN
    EXECUTE (
        SELECT format(
            'CREATE FUNCTION prescient_v1.application_moment(local timestamp) RETURNS timestamptz
            LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
                WHEN local >= ''0001-01-03'' AND local < ''9999-12-30'' THEN local AT TIME ZONE %L
            END', application
        )
        FROM prescient_v1.clocks
    );
END $$;
CREATE FUNCTION prescient_v1.number(given numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN given <> 'NaN' THEN given END;
CREATE FUNCTION prescient_v1.positive(given numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN given > 0 AND given <> 'NaN' THEN given END;
-- The whole hundredths that the amount buys, so that it is their cost rounded up to the cent.
CREATE FUNCTION prescient_v1.shares(amount numeric, price numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN price > 0 AND price < 1 AND amount < price * 1e13 THEN trunc(amount / price, 2)
    END;
-- In an array, so that JSON's null and SQL's stay apart.
CREATE FUNCTION prescient_v1.boxed(document jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN document IS NOT NULL THEN jsonb_build_array(document) END;

-- name: owner
-- What names no portfolio is the default's: the seed's script made that one first.
CREATE TABLE prescient_v1.default_portfolio AS
SELECT coalesce((
    SELECT portfolio_id FROM prescient_v1.portfolios
    ORDER BY
        name = 'Default Portfolio' DESC,
        coalesce(description = 'Migrated from single portfolio system', false) DESC, portfolio_id
    LIMIT 1
), 1) AS portfolio_id;
DO $$
BEGIN
    EXECUTE (
        SELECT format(
            'CREATE FUNCTION prescient_v1.owner(named integer) RETURNS integer
            LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN coalesce(named, %s)', portfolio_id
        )
        FROM prescient_v1.default_portfolio
    );
END $$;

-- name: judgements
-- Beside each row why the new schema cannot hold it; null where it can.
CREATE VIEW prescient_v1.judged_trades AS SELECT
    *,
    CASE
        WHEN action NOT IN ('buy_yes', 'buy_no') THEN 'unknown action'
        WHEN status NOT IN ('open', 'closed') THEN 'unknown status'
        WHEN amount <= 0 OR amount = 'NaN' THEN 'amount is not above 0'
        WHEN 'NaN' IN (entry_price, confidence) THEN 'not a number'
        WHEN prescient_v1.application_moment(timestamp) IS NULL THEN 'time out of range'
    END AS refusal
FROM prescient_v1.trades;
CREATE VIEW prescient_v1.judged_positions AS SELECT
    *,
    CASE
        WHEN action NOT IN ('buy_yes', 'buy_no') THEN 'unknown action'
        WHEN status NOT IN ('open', 'closed') THEN 'unknown status'
        WHEN amount <= 0 OR amount = 'NaN' THEN 'amount is not above 0'
        WHEN entry_price = 'NaN' THEN 'not a number'
        WHEN prescient_v1.application_moment(entry_timestamp) IS NULL THEN 'time out of range'
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
        WHEN prescient_v1.application_moment(timestamp) IS NULL THEN 'time out of range'
    END AS refusal
FROM prescient_v1.trading_signals;
CREATE VIEW prescient_v1.judged_history AS SELECT
    id, snapshot_date, timestamp, balance, total_invested, total_profit_loss, total_value,
    open_positions, trade_count, created_at, portfolio_id,
    CASE
        WHEN flaw IS NULL AND id <> first_value(id) OVER (
            PARTITION BY prescient_v1.owner(portfolio_id), snapshot_date, flaw
            ORDER BY timestamp DESC, id DESC
        ) THEN 'older row of the same day'
        ELSE flaw
    END AS refusal
FROM (
    SELECT
        *,
        CASE
            WHEN prescient_v1.application_moment(timestamp) IS NULL
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

-- name: given
-- Optional columns that most rows fill are given back from the present tables, the others as null.
SELECT
    set_config('prescient.migration_application_zone', application, true),
    set_config('prescient.migration_given', to_jsonb(array_remove(ARRAY[
        (
            SELECT 'market_snapshots.market_conviction' FROM prescient_v1.market_snapshots
            HAVING 2 * count(market_conviction) > count(*)
        ), (
            SELECT 'portfolio_positions.portfolio_id' FROM prescient_v1.portfolio_positions
            HAVING 2 * count(portfolio_id) > count(*)
        ), (
            SELECT 'trades.portfolio_id' FROM prescient_v1.trades
            HAVING 2 * count(portfolio_id) > count(*)
        ), (
            SELECT 'trading_signals.portfolio_id' FROM prescient_v1.trading_signals
            HAVING 2 * count(portfolio_id) > count(*)
        ), (
            SELECT 'trading_signals.strategy_type' FROM prescient_v1.trading_signals
            HAVING 2 * count(strategy_type) > count(*)
        ), (
            SELECT 'portfolio_history.portfolio_id' FROM prescient_v1.portfolio_history
            HAVING 2 * count(portfolio_id) > count(*)
        )
    ], NULL))::text, true)
FROM prescient_v1.clocks;

-- name: destination
SELECT set_config('search_path', 'prescient_v2', true);
