-- The old tables go, the new ones take their place: the only moment at which readers wait.

-- name: readers
-- Who may read the old tables, what their comments say, and what of that the new ones can have.
CREATE TEMPORARY TABLE prescient_readers ON COMMIT DROP AS
SELECT DISTINCT
    format('prescient_v2.%I', new_name)::regclass AS name, column_name, grantee
FROM (
    SELECT
        CASE table_name WHEN 'portfolio_state' THEN 'portfolios' ELSE table_name END AS new_name,
        CASE WHEN table_name <> 'portfolio_state' THEN column_name END AS column_name,
        grantee
    FROM prescient_v1.privileges WHERE kind = 'TABLE' AND privilege = 'SELECT'
    UNION ALL
    SELECT
        CASE table_name WHEN 'portfolio_state' THEN 'portfolios' ELSE table_name END, NULL, owner
    FROM prescient_v1.owners
) AS reading
LEFT JOIN pg_roles ON rolname = grantee
WHERE grantee NOT IN ('prescient_owner', 'prescient_app', 'prescient_portfolio')
    AND rolsuper IS NOT TRUE AND (
        column_name IS NULL OR EXISTS (
            SELECT FROM pg_attribute
            WHERE attrelid = format('prescient_v2.%I', new_name)::regclass
                AND attname = column_name AND NOT attisdropped
        )
    );
CREATE TEMPORARY TABLE prescient_comments ON COMMIT DROP AS
SELECT new.oid::regclass AS name, attname AS column_name, description
FROM prescient_v1.old_relations AS old
JOIN pg_description ON classoid = 'pg_class'::regclass AND objoid = old.oid
JOIN pg_class AS new
    ON new.relname = old.relname AND new.relnamespace = 'prescient_v2'::regnamespace
LEFT JOIN pg_attribute AS was ON was.attrelid = old.oid AND was.attnum = objsubid AND objsubid > 0
LEFT JOIN pg_attribute AS is_now USING (attname)
WHERE (objsubid = 0 AND is_now.attrelid IS NULL AND obj_description(new.oid, 'pg_class') IS NULL)
    OR (is_now.attrelid = new.oid AND col_description(new.oid, is_now.attnum) IS NULL);

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
    DROP SCHEMA prescient_absent CASCADE;
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

-- name: reading_goes_on
-- Roles that read the old tables read the new ones, all portfolios of them; the function that trades
-- for one portfolio still sees that one alone.
DO $$
DECLARE
    allowed record;
BEGIN
    FOR allowed IN
        SELECT
            name, column_name,
            CASE grantee WHEN 'public' THEN 'PUBLIC' ELSE quote_ident(grantee) END AS grantee
        FROM pg_temp.prescient_readers
    LOOP
        EXECUTE format(
            'GRANT SELECT%s ON %s TO %s', ' (' || quote_ident(allowed.column_name) || ')',
            allowed.name, allowed.grantee
        );
    END LOOP;
    FOR allowed IN
        SELECT
            name, string_agg(
                DISTINCT CASE grantee WHEN 'public' THEN 'PUBLIC' ELSE quote_ident(grantee) END, ', '
            ) AS grantees
        FROM pg_temp.prescient_readers JOIN pg_attribute ON attrelid = name
        WHERE attname = 'portfolio_id' GROUP BY name
    LOOP
        EXECUTE format(
            'CREATE POLICY readers_of_schema_v1 ON %s FOR SELECT TO %s
            USING (current_user <> ''prescient_portfolio'')',
            allowed.name, allowed.grantees
        );
    END LOOP;
    FOR allowed IN SELECT * FROM pg_temp.prescient_comments LOOP
        EXECUTE format(
            'COMMENT ON %s IS %L',
            CASE
                WHEN allowed.column_name IS NULL THEN format('TABLE %s', allowed.name)
                ELSE format('COLUMN %s.%I', allowed.name, allowed.column_name)
            END,
            allowed.description
        );
    END LOOP;
END $$;

-- name: destination
DROP TABLE pg_temp.prescient_readers, pg_temp.prescient_comments;
SELECT set_config('search_path', current_setting('prescient.migration_search_path'), true);
