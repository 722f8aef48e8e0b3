-- The old tables go, the new ones take their place: the only moment at which readers wait.

-- name: exclusive
DO $$
BEGIN
    EXECUTE (
        SELECT format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', string_agg(qualified::text, ', '))
        FROM prescient_v1.old_relations
    );
END $$;

-- name: old_tables
DO $$
DECLARE
    old_tables text := (SELECT string_agg(qualified::text, ', ') FROM prescient_v1.old_relations);
BEGIN
    SET LOCAL client_min_messages = warning;
    DROP SCHEMA prescient_restored CASCADE;
    DROP SCHEMA prescient_v1 CASCADE;
    EXECUTE 'DROP TABLE ' || old_tables;
END $$;

-- name: new_tables
DO $$
DECLARE
    moved record;
BEGIN
    FOR moved IN
        SELECT oid::regclass AS name FROM pg_class
        WHERE relnamespace = 'prescient_v2'::regnamespace AND relkind IN ('r', 'v')
    LOOP
        EXECUTE format(
            'ALTER TABLE %s SET SCHEMA %I', moved.name, current_setting('prescient.migration_schema')
        );
    END LOOP;
    DROP SCHEMA prescient_v2;
END $$;

-- name: destination
SELECT set_config('search_path', current_setting('prescient.migration_search_path'), true);
