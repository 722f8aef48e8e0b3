-- name: select_relations
-- Read the first schema of the search path and the names in it, without those of extensions.
SELECT namespace.oid AS namespace, coalesce(array_agg(relname) FILTER (WHERE kept), '{}') AS names
FROM pg_namespace AS namespace
LEFT JOIN (
    SELECT
        relnamespace, relname::text, relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT EXISTS (
            SELECT FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'
        ) AS kept
    FROM pg_class
) AS relation ON relation.relnamespace = namespace.oid
WHERE nspname = current_schema()
GROUP BY namespace.oid;

-- name: select_columns
-- Read the columns of the tables of schema v1: name, type and whether NOT NULL.
SELECT
    relname::text AS table, attname::text AS column,
    format_type(atttypid, atttypmod) || CASE attgenerated WHEN '' THEN '' ELSE ' GENERATED' END
        AS type,
    attnotnull AS required
FROM pg_attribute
JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = %(namespace)s AND relname = ANY (%(tables)s) AND relkind = 'r'
    AND attnum > 0 AND NOT attisdropped
ORDER BY relname, attnum;

-- name: select_constraints
-- Read the constraints of the tables of schema v1, each by its definition.
-- A foreign key that was not checked when it was added is still one.
SELECT relname::text AS table, replace(pg_get_constraintdef(pg_constraint.oid), ' NOT VALID', '')
FROM pg_constraint
JOIN pg_class ON pg_class.oid = conrelid
WHERE relnamespace = %(namespace)s AND relname = ANY (%(tables)s)
    AND contype IN ('p', 'u', 'f', 'c', 'x');

-- name: select_attachments
-- Read what would be lost with the old tables, or would keep them from being replaced.
WITH old AS (
    SELECT pg_class.oid, relname, reltype, typarray AS row_array
    FROM pg_class LEFT JOIN pg_type ON pg_type.oid = reltype
    WHERE relnamespace = %(namespace)s AND relname = ANY (%(tables)s)
)
SELECT DISTINCT relname || ': ' || attachment
FROM (
    SELECT refobjid AS oid, format('%%s reads it', ev_class::regclass) AS attachment
    FROM pg_depend JOIN pg_rewrite ON pg_rewrite.oid = objid
    WHERE classid = 'pg_rewrite'::regclass AND refclassid = 'pg_class'::regclass
    UNION ALL
    SELECT typrelid, format('%%s uses its row type', objid::regprocedure)
    FROM pg_depend JOIN pg_type ON refobjid IN (pg_type.oid, typarray)
    WHERE refclassid = 'pg_type'::regclass AND classid = 'pg_proc'::regclass
    UNION ALL
    SELECT confrelid, format('%%s of %%s refers to it', conname, conrelid::regclass)
    FROM pg_constraint WHERE contype = 'f' AND conrelid NOT IN (SELECT oid FROM old)
    UNION ALL
    SELECT old.oid, format('function %%s uses it', objid::regprocedure)
    FROM pg_depend JOIN old ON classid = 'pg_proc'::regclass AND (
        refclassid = 'pg_class'::regclass AND refobjid = old.oid
        OR refclassid = 'pg_type'::regclass AND refobjid IN (old.reltype, old.row_array)
    )
    UNION ALL
    SELECT tgrelid, format('has trigger %%s', tgname) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT ev_class, format('has rule %%s', rulename) FROM pg_rewrite
    UNION ALL
    SELECT oid, 'has row-level security' FROM pg_class WHERE relrowsecurity
    UNION ALL
    SELECT inhparent, format('%%s inherits from it', inhrelid::regclass) FROM pg_inherits
    UNION ALL
    SELECT inhrelid, format('inherits from %%s', inhparent::regclass) FROM pg_inherits
    UNION ALL
    SELECT adrelid, format(
        '%%1$s numbers it, but would stay: ALTER SEQUENCE %%1$s OWNED BY %%2$s.%%3$I first',
        sequence.oid::regclass, adrelid::regclass, attname
    )
    FROM pg_attrdef
    JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
    JOIN pg_depend ON classid = 'pg_attrdef'::regclass AND objid = pg_attrdef.oid
        AND refclassid = 'pg_class'::regclass
    JOIN pg_class AS sequence ON sequence.oid = refobjid AND sequence.relkind = 'S'
    WHERE NOT EXISTS (
        SELECT FROM pg_depend AS owned
        WHERE owned.classid = 'pg_class'::regclass AND owned.objid = sequence.oid
            AND owned.refobjid = adrelid AND owned.deptype IN ('a', 'i')
    )
    UNION ALL
    SELECT prrelid, format('publication %%s publishes it', pubname)
    FROM pg_publication_rel JOIN pg_publication ON pg_publication.oid = prpubid
) AS attached
JOIN old USING (oid)
ORDER BY 1;

-- name: use_temporary_schema
-- Let unqualified names mean temporary tables, for the baseline to make some.
SELECT set_config('search_path', 'pg_temp', true);

-- name: select_temporary_schema
-- Read which schema the session's temporary tables are in.
SELECT pg_my_temp_schema();

-- name: count_rows
-- Count the rows of a table, no further than the limit.
SELECT count(*) FROM (SELECT FROM {table} LIMIT %(limit)s) AS counted;

-- name: select_time_zone
-- Read whether Postgres knows a time zone by this name.
SELECT EXISTS (SELECT FROM pg_timezone_names WHERE lower(name) = lower(%(name)s));

-- name: select_report
-- Read what the upgrade of schema v1 found and proved.
SELECT report::text FROM migration_reports WHERE revision = '0002';

-- name: note_reconciled
-- Add to the report that the books reconcile.
UPDATE migration_reports SET report = jsonb_set(
    report, '{verified}',
    report -> 'verified' || '["the upgraded books reconcile: every number can be rebuilt"]'
)
WHERE revision = '0002';
