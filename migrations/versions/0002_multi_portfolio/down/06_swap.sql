-- Schema v1 takes its place again, with all that belonged to it.

-- name: old_tables
-- The login itself makes them again, for it may give them to whose they were.
RESET ROLE;
DO $$
DECLARE
    moved record;
BEGIN
    FOR moved IN
        SELECT oid::regclass AS name FROM pg_class
        WHERE relnamespace = 'prescient_old'::regnamespace AND relkind = 'r'
    LOOP
        IF EXISTS (SELECT FROM prescient_v1.reports) THEN
            EXECUTE format('ALTER TABLE %s OWNER TO CURRENT_USER', moved.name);
        END IF;
        EXECUTE format(
            'ALTER TABLE %s SET SCHEMA %I', moved.name, current_setting('prescient.migration_schema')
        );
    END LOOP;
    FOR moved IN
        SELECT statement FROM prescient_v1.reports
        CROSS JOIN jsonb_array_elements_text(report -> 'restoring')
            WITH ORDINALITY AS listed (statement, place)
        ORDER BY place
    LOOP
        EXECUTE moved.statement;
    END LOOP;
END $$;

-- name: owners
-- Only a member of a role can give it a table; the login leaves again what it had to join.
DO $$
DECLARE
    given record;
    joined text[] := '{}';
    owner text;
BEGIN
    FOR given IN
        SELECT key AS name, rolname AS owner FROM prescient_v1.reports
        CROSS JOIN jsonb_each_text(report -> 'owners')
        JOIN pg_roles ON rolname = value
    LOOP
        IF NOT pg_has_role(given.owner, 'USAGE') THEN
            BEGIN
                EXECUTE format('GRANT %I TO %I', given.owner, current_user);
            EXCEPTION
                WHEN insufficient_privilege THEN
                    RAISE insufficient_privilege USING MESSAGE = format(
                        'table %s belonged to %s: run GRANT %I TO %I as a login that may',
                        given.name, given.owner, given.owner, current_user
                    );
            END;
            joined := joined || given.owner::text;
        END IF;
        EXECUTE format(
            'ALTER TABLE %I.%I OWNER TO %I', current_setting('prescient.migration_schema'),
            given.name, given.owner
        );
    END LOOP;
    FOR given IN
        SELECT DISTINCT privilege.kind, privilege.thing, table_name, value AS owner
        FROM prescient_v1.reports
        CROSS JOIN jsonb_to_recordset(report -> 'privileges')
            AS privilege (kind text, table_name text, thing text, column_name text)
        CROSS JOIN jsonb_each_text(report -> 'owners')
        JOIN pg_roles ON rolname = value
        WHERE key = table_name AND column_name IS NULL
    LOOP
        EXECUTE format('REVOKE ALL ON %s %s FROM %I', given.kind, given.thing, given.owner);
    END LOOP;
    FOR given IN
        SELECT kind, thing, privilege, grantable,
            CASE WHEN column_name IS NOT NULL THEN format(' (%I)', column_name) END AS part,
            CASE grantee WHEN 'public' THEN 'PUBLIC' ELSE quote_ident(grantee) END AS grantee
        FROM prescient_v1.reports
        CROSS JOIN jsonb_to_recordset(report -> 'privileges') AS privilege (
            kind text, thing text, column_name text, privilege text, grantee text, grantable boolean
        )
        LEFT JOIN pg_roles ON rolname = grantee
        WHERE rolname IS NOT NULL OR grantee = 'public'
    LOOP
        EXECUTE format(
            'GRANT %s%s ON %s %s TO %s%s', given.privilege, given.part, given.kind, given.thing,
            given.grantee, CASE WHEN given.grantable THEN ' WITH GRANT OPTION' END
        );
    END LOOP;
    FOREACH owner IN ARRAY joined LOOP
        EXECUTE format('REVOKE %I FROM %I', owner, current_user);
    END LOOP;
END $$;

-- name: leftovers
DO $$
BEGIN
    SET LOCAL client_min_messages = warning;
    DROP SCHEMA prescient_v1 CASCADE;
    DROP SCHEMA prescient_absent CASCADE;
    DROP SCHEMA prescient_old;
END $$;
