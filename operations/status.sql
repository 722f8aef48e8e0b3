-- name: select_facts
-- Read what kind of server answers, whose clock it has, and whether a migration runs just now.
SELECT
    pg_is_in_recovery() AS is_standby,
    current_setting('TimeZone') AS time_zone,
    pg_size_pretty(pg_database_size(current_database())) AS size,
    old.size AS old_size,
    old.rows AS old_rows,
    to_regclass('migration_reports') IS NOT NULL AS has_reports,
    EXISTS (
        SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE datname = current_database() AND locktype = 'advisory' AND objid = 20260001 AND granted
    ) AS is_migrating
FROM (
    SELECT
        pg_size_pretty(coalesce(sum(pg_total_relation_size(oid)), 0)) AS size,
        coalesce(sum(
            greatest(reltuples, 0) / greatest(relpages, 1)
            * pg_relation_size(oid) / current_setting('block_size')::integer
        ), 0)::bigint AS rows
    FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
        AND relname = ANY (%(tables)s)
) AS old;

-- name: select_upgraded_at
-- Read when schema v1 was upgraded, in UTC; no row where it never was.
SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM migration_reports
WHERE revision = '0002';
