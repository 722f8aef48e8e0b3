-- Schema v1, filled with what it held.

-- name: fill
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
                'the rows of % that came from schema v1 have changed since the upgrade; nothing was changed',
                proof.name;
        END IF;
    END LOOP;
END $$;

-- name: restoring
CREATE TABLE prescient_v1.restoring AS
SELECT statement FROM migration_reports, jsonb_array_elements_text(report -> 'restoring') AS statement
WHERE revision = '0002';
