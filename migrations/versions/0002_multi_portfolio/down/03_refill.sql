-- Schema v1, filled with what it held.

-- name: fill
DO $$
DECLARE
    filled record;
BEGIN
    FOR filled IN
        SELECT
            relname AS name,
            string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns,
            string_agg(format('(original).%I', attname), ', ' ORDER BY attnum) AS originals
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
        WHERE relnamespace = 'prescient_old'::regnamespace AND relkind = 'r' AND attnum > 0
            AND NOT attisdropped
        GROUP BY relname
    LOOP
        EXECUTE format(
            'INSERT INTO prescient_old.%1$I (%2$s)
            SELECT %3$s FROM (SELECT original FROM prescient_restored.%1$I OFFSET 0) AS every
            ORDER BY 1',
            filled.name, filled.columns, filled.originals
        );
    END LOOP;
END $$;

-- name: source
CREATE TABLE prescient_v1.reports AS SELECT report FROM migration_reports WHERE revision = '0002';
SELECT set_config('prescient.migration_source', 'prescient_old', true);
