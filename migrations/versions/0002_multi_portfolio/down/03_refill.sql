-- Schema v1, filled with what it held.

-- name: fill
-- A foreign key that was never checked may not hold.
ALTER TABLE prescient_v1.trading_signals DROP CONSTRAINT trading_signals_trade_id_fkey;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'portfolio_state', 'portfolio_positions', 'trades', 'trading_signals', 'portfolio_history',
        'portfolio_snapshots', 'signal_archives', 'system_metadata', 'events', 'markets',
        'market_snapshots'
    ] LOOP
        EXECUTE format(
            'INSERT INTO prescient_v1.%1$I
            SELECT (original).* FROM (SELECT original FROM prescient_restored.%1$I OFFSET 0) AS every
            ORDER BY 1',
            name
        );
    END LOOP;
END $$;

-- name: foreign_key
ALTER TABLE prescient_v1.trading_signals ADD CONSTRAINT trading_signals_trade_id_fkey
    FOREIGN KEY (trade_id) REFERENCES prescient_v1.trades (trade_id) NOT VALID;
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM prescient_v1.trading_signals AS signal
        WHERE trade_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM prescient_v1.trades WHERE trades.trade_id = signal.trade_id
        )
    ) THEN
        ALTER TABLE prescient_v1.trading_signals VALIDATE CONSTRAINT trading_signals_trade_id_fkey;
    END IF;
END $$;

-- name: proof
-- The same rows as before the upgrade, by number and checksum, or none of this happens.
DO $$
DECLARE
    proof record;
    found record;
BEGIN
    FOR proof IN
        SELECT key AS name, value ->> 'rows' AS rows, value ->> 'checksum' AS checksum
        FROM migration_reports, jsonb_each(report -> 'tables') WHERE revision = '0002'
    LOOP
        EXECUTE format(
            'SELECT count(*)::text AS rows, coalesce(sum(hash_record_extended(old, 2026)), 0)::text AS checksum
            FROM prescient_v1.%I AS old', proof.name
        ) INTO found;
        IF (found.rows, found.checksum) IS DISTINCT FROM (proof.rows, proof.checksum) THEN
            RAISE EXCEPTION
                'the rows of % that came from schema v1 have changed since the upgrade',
                proof.name;
        END IF;
    END LOOP;
END $$;

-- name: narrower_columns
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT table_name, column_name, type, required AND NOT attnotnull AS required,
            type <> format_type(atttypid, atttypmod) AS narrower
        FROM migration_reports
        CROSS JOIN jsonb_to_recordset(report -> 'columns')
            AS old (table_name text, column_name text, type text, required boolean)
        JOIN pg_attribute
            ON attrelid = format('prescient_v1.%I', table_name)::regclass AND attname = column_name
        WHERE revision = '0002'
    LOOP
        IF one.narrower THEN
            EXECUTE format(
                'ALTER TABLE prescient_v1.%I ALTER COLUMN %I TYPE %s',
                one.table_name, one.column_name, one.type
            );
        END IF;
        IF one.required THEN
            EXECUTE format(
                'ALTER TABLE prescient_v1.%I ALTER COLUMN %I SET NOT NULL',
                one.table_name, one.column_name
            );
        END IF;
    END LOOP;
END $$;

-- name: restoring
CREATE TABLE prescient_v1.restored_privileges AS
SELECT privilege.*
FROM migration_reports
CROSS JOIN jsonb_to_recordset(report -> 'privileges')
    AS privilege (kind text, name text, privilege text, grantee text)
LEFT JOIN pg_roles ON rolname = grantee
WHERE revision = '0002' AND (rolname IS NOT NULL OR grantee = 'public');
CREATE TABLE prescient_v1.restoring AS
SELECT statement FROM migration_reports, jsonb_array_elements_text(report -> 'restoring') AS statement
WHERE revision = '0002';

-- name: origin
DROP SCHEMA prescient_restored CASCADE;
