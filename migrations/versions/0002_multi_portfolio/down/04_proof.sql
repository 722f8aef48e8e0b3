-- The same rows as before the upgrade, by number and checksum, or none of this happens.

DO $$
DECLARE
    proof record;
    found record;
BEGIN
    FOR proof IN
        SELECT key AS name, value ->> 'rows' AS rows, value ->> 'checksum' AS checksum
        FROM prescient_v1.reports, jsonb_each(report -> 'tables')
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
DROP SCHEMA prescient_restored CASCADE;
SELECT set_config('search_path', current_setting('prescient.migration_search_path'), true);
