-- name: become_oneself
-- Act as the login itself again, not as a role that it took.
RESET ROLE;

-- name: create
-- Make the roles that are missing.
-- The owner has no login: a migration takes the role. Roles belong to the cluster, where another
-- database may be bootstrapped at the same moment.
DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT * FROM (VALUES
            ('prescient_owner', 'NOLOGIN'), ('prescient_app', 'LOGIN'),
            ('prescient_portfolio', 'LOGIN')
        ) AS role (name, login)
        WHERE name NOT IN (SELECT rolname FROM pg_roles)
    LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I %s', wanted.name, wanted.login);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END LOOP;
END $$;

-- name: join_roles
-- Make the login a member of the roles, and the functions' roles members of rds_iam.
-- On RDS a member of a role that has rds_iam cannot use a password any more, so there the login
-- that migrates joins the owner alone. Elsewhere it may have to stand in for the other two.
DO $$
DECLARE
    with_iam boolean := EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam');
    wanted record;
BEGIN
    FOR wanted IN
        SELECT * FROM (VALUES
            ('prescient_owner', current_user, true),
            ('prescient_app', current_user, NOT with_iam),
            ('prescient_portfolio', current_user, NOT with_iam),
            ('rds_iam', 'prescient_app', with_iam),
            ('rds_iam', 'prescient_portfolio', with_iam)
        ) AS membership (role, member, applies)
        WHERE applies
    LOOP
        CONTINUE WHEN pg_has_role(wanted.member, wanted.role, 'USAGE');
        BEGIN
            EXECUTE format('GRANT %I TO %I', wanted.role, wanted.member);
        EXCEPTION
            WHEN unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE insufficient_privilege USING MESSAGE = format(
                    '%s may not join %s to %s: run GRANT %I TO %I as a login that may',
                    current_user, wanted.member, wanted.role, wanted.role, wanted.member
                );
        END;
    END LOOP;
END $$;

-- name: name_tables
-- Note which tables and views are ours, with any owner, one a line.
SELECT set_config('prescient.tables', %(tables)s, true);

-- name: join_present_owners
-- Join the owners of the present tables and of the database, in order to take them over.
-- Only an owner can give away a table: the login stays a member until `leave_present_owners`.
DO $$
DECLARE
    found record;
    joined text[] := coalesce(
        string_to_array(nullif(current_setting('prescient.joined', true), ''), E'\n'), '{}'
    );
BEGIN
    IF current_schema() IS NULL THEN
        RAISE invalid_schema_name USING MESSAGE = 'search_path names no schema that exists';
    END IF;
    FOR found IN
        SELECT pg_get_userbyid(owner) AS owner, min(name) AS thing
        FROM (
            SELECT relowner AS owner, format('table %s', oid::regclass) AS name
            FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v')
                AND relname = ANY (string_to_array(current_setting('prescient.tables'), E'\n'))
            UNION ALL
            SELECT datdba, format('database %I', datname) FROM pg_database
            WHERE datname = current_database()
                AND NOT has_database_privilege('prescient_owner', oid, 'CREATE')
        ) AS present
        WHERE NOT pg_has_role(owner, 'USAGE')
        GROUP BY owner
    LOOP
        BEGIN
            EXECUTE format('GRANT %I TO %I', found.owner, current_user);
        EXCEPTION
            WHEN insufficient_privilege THEN
                RAISE insufficient_privilege USING MESSAGE = format(
                    '%s belongs to %s: run GRANT %I TO %I as a login that may',
                    found.thing, found.owner, found.owner, current_user
                );
        END;
        joined := joined || found.owner::text;
    END LOOP;
    PERFORM set_config('prescient.joined', array_to_string(joined, E'\n'), true);
END $$;

-- name: give_database
-- Let the owner create schemas in the database, and the functions' roles connect to it.
DO $$
DECLARE
    needed record;
BEGIN
    FOR needed IN
        SELECT * FROM (VALUES
            ('prescient_owner', 'CREATE'), ('prescient_app', 'CONNECT'),
            ('prescient_portfolio', 'CONNECT')
        ) AS granted (role, privilege)
        WHERE NOT has_database_privilege(role, current_database(), privilege)
    LOOP
        EXECUTE format(
            'GRANT %s ON DATABASE %I TO %I', needed.privilege, current_database(), needed.role
        );
    END LOOP;
END $$;

-- name: give_schema
-- Give an empty schema to the owner, else let it create tables there; let the functions' roles use it.
DO $$
DECLARE
    here regnamespace := current_schema();
    owner oid := (SELECT nspowner FROM pg_namespace WHERE oid = here);
    may_create boolean := has_schema_privilege('prescient_owner', here, 'CREATE');
BEGIN
    IF EXISTS (
        SELECT FROM pg_class
        WHERE relnamespace = here AND NOT EXISTS (
            SELECT FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'
        )
    ) THEN
        IF NOT may_create THEN
            EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %s TO prescient_owner', here);
        END IF;
    ELSIF owner <> 'prescient_owner'::regrole AND (
        pg_has_role(owner, 'USAGE') OR NOT may_create
    ) THEN
        EXECUTE format('ALTER SCHEMA %s OWNER TO prescient_owner', here);
        EXECUTE format('REVOKE CREATE ON SCHEMA %s FROM PUBLIC', here);
    END IF;
    IF NOT (
        has_schema_privilege('prescient_app', here, 'USAGE')
        AND has_schema_privilege('prescient_portfolio', here, 'USAGE')
    ) THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %s TO prescient_app, prescient_portfolio', here);
    END IF;
END $$;

-- name: leave_schema
-- Give up the rights in a schema that its owner kept.
DO $$
DECLARE
    here regnamespace := current_schema();
BEGIN
    IF (SELECT nspowner <> 'prescient_owner'::regrole FROM pg_namespace WHERE oid = here) THEN
        EXECUTE format(
            'REVOKE ALL ON SCHEMA %s FROM prescient_owner, prescient_app, prescient_portfolio', here
        );
    END IF;
END $$;

-- name: give_tables
-- Give our tables and views to the owner; other relations keep their owners.
DO $$
DECLARE
    present regclass;
BEGIN
    PERFORM set_config('lock_timeout', '10s', true);
    FOR present IN
        SELECT oid FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v')
            AND relowner <> 'prescient_owner'::regrole
            AND relname = ANY (string_to_array(current_setting('prescient.tables'), E'\n'))
        ORDER BY oid
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO prescient_owner', present);
    END LOOP;
END $$;

-- name: leave_present_owners
-- Leave the owners that `join_present_owners` joined.
DO $$
DECLARE
    owner text;
BEGIN
    FOREACH owner IN ARRAY string_to_array(current_setting('prescient.joined'), E'\n') LOOP
        EXECUTE format('REVOKE %I FROM %I', owner, current_user);
    END LOOP;
END $$;

-- name: become_owner
-- Go on as the owner, so that what a migration makes belongs to it.
SET ROLE prescient_owner;
