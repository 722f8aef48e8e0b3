-- Schema v1 takes its place again.

-- name: old_tables
DO $$
DECLARE
    moved record;
BEGIN
    FOR moved IN
        SELECT oid::regclass AS name FROM pg_class
        WHERE relnamespace = 'prescient_v1'::regnamespace AND relkind = 'r'
            AND relname NOT IN ('restoring', 'restored_privileges')
    LOOP
        EXECUTE format(
            'ALTER TABLE %s SET SCHEMA %I', moved.name, current_setting('prescient.migration_schema')
        );
    END LOOP;
    FOR moved IN SELECT statement FROM prescient_v1.restoring LOOP
        EXECUTE moved.statement;
    END LOOP;
    FOR moved IN SELECT * FROM prescient_v1.restored_privileges LOOP
        EXECUTE format(
            'GRANT %s ON %s %I.%I TO %s', moved.privilege, moved.kind,
            current_setting('prescient.migration_schema'), moved.name,
            CASE moved.grantee WHEN 'public' THEN 'PUBLIC' ELSE quote_ident(moved.grantee) END
        );
    END LOOP;
    DROP TABLE prescient_v1.restoring, prescient_v1.restored_privileges;
    DROP SCHEMA prescient_v1;
END $$;
