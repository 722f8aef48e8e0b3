-- Schema v1 takes its place again.

-- name: old_tables
DO $$
DECLARE
    moved record;
BEGIN
    FOR moved IN
        SELECT oid::regclass AS name FROM pg_class
        WHERE relnamespace = 'prescient_v1'::regnamespace AND relkind = 'r'
            AND relname <> 'restoring'
    LOOP
        EXECUTE format(
            'ALTER TABLE %s SET SCHEMA %I', moved.name, current_setting('prescient.migration_schema')
        );
    END LOOP;
    FOR moved IN SELECT statement FROM prescient_v1.restoring LOOP
        EXECUTE moved.statement;
    END LOOP;
    DROP TABLE prescient_v1.restoring;
    DROP SCHEMA prescient_v1;
END $$;
