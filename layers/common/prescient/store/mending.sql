-- name: select_attached
-- Read what hangs on the tables: what it is, and the SQL that takes it off and puts it back.
-- In the order in which it can be taken off: a view or function before those that it uses.
WITH RECURSIVE old AS (
    SELECT oid, relname FROM pg_class
    WHERE relnamespace = %(namespace)s AND relname = ANY (%(tables)s)
), using_them AS (
    SELECT 'pg_class'::regclass AS class, oid, 0 AS depth FROM old
    UNION
    SELECT found.class, found.oid, depth + 1
    FROM using_them AS used
    JOIN pg_depend ON (refclassid, refobjid) = (used.class, used.oid)
        OR refclassid = 'pg_type'::regclass AND refobjid IN (
            SELECT unnest(ARRAY[pg_type.oid, typarray]) FROM pg_type
            WHERE used.class = 'pg_class'::regclass AND typrelid = used.oid
        )
    CROSS JOIN LATERAL (
        SELECT 'pg_class'::regclass AS class, ev_class AS oid
        FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class
        WHERE classid = 'pg_rewrite'::regclass AND pg_rewrite.oid = objid AND relkind IN ('v', 'm')
        UNION ALL
        SELECT 'pg_proc'::regclass, pg_proc.oid FROM pg_proc
        WHERE classid = 'pg_proc'::regclass AND pg_proc.oid = objid AND prokind IN ('f', 'p')
    ) AS found
    WHERE (found.class, found.oid) <> (used.class, used.oid) AND depth < 100
), taken_off AS (
    SELECT class, oid, max(depth) AS depth FROM using_them
    WHERE oid NOT IN (SELECT oid FROM old) GROUP BY class, oid
), views AS (
    SELECT
        taken_off.oid, depth, relowner AS owner, relacl AS acl,
        CASE relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END AS kind
    FROM taken_off JOIN pg_class ON class = 'pg_class'::regclass AND pg_class.oid = taken_off.oid
), routines AS (
    SELECT taken_off.oid, depth, proowner AS owner, proacl AS acl
    FROM taken_off JOIN pg_proc ON class = 'pg_proc'::regclass AND pg_proc.oid = taken_off.oid
), granted AS (
    SELECT
        thing, string_agg(
            format(E'\nGRANT %%s ON %%s TO %%s;', privilege_type, thing,
                CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END),
            '' ORDER BY grantee, privilege_type
        ) AS grants
    FROM (
        SELECT oid::regclass::text AS thing, owner, acl FROM views
        UNION ALL SELECT format('ROUTINE %%s', oid::regprocedure), owner, acl FROM routines
    ) AS owned
    CROSS JOIN aclexplode(acl)
    WHERE grantee <> owner
    GROUP BY thing
)
SELECT kind, about, before, after FROM (
    SELECT
        1 AS rank, -depth AS place, 'view' AS kind,
        format('%%s %%s', lower(kind), oid::regclass) AS about,
        format('DROP %%s %%s;', kind, oid::regclass) AS before,
        format(E'CREATE %%s %%s AS\n%%s', kind, oid::regclass, pg_get_viewdef(oid))
        || coalesce((SELECT grants FROM granted WHERE thing = oid::regclass::text), '') AS after
    FROM views
    UNION ALL
    SELECT
        1, -depth, 'function', format('function %%s', oid::regprocedure),
        format('DROP ROUTINE %%s;', oid::regprocedure),
        rtrim(pg_get_functiondef(oid), E'\n') || ';' || CASE
            WHEN acl IS NOT NULL
                THEN format(E'\nREVOKE ALL ON ROUTINE %%s FROM PUBLIC;', oid::regprocedure)
            ELSE ''
        END || coalesce((
            SELECT grants FROM granted WHERE thing = format('ROUTINE %%s', oid::regprocedure)
        ), '')
    FROM routines
    UNION ALL
    SELECT
        2, 0, 'trigger', format('trigger %%I of %%s', tgname, tgrelid::regclass),
        format('DROP TRIGGER %%I ON %%s;', tgname, tgrelid::regclass),
        pg_get_triggerdef(pg_trigger.oid) || ';'
    FROM pg_trigger JOIN old ON old.oid = tgrelid WHERE NOT tgisinternal
    UNION ALL
    SELECT
        3, 0, 'rule', format('rule %%I of %%s', rulename, ev_class::regclass),
        format('DROP RULE %%I ON %%s;', rulename, ev_class::regclass),
        pg_get_ruledef(pg_rewrite.oid)
    FROM pg_rewrite JOIN old ON old.oid = ev_class WHERE rulename <> '_RETURN'
    UNION ALL
    SELECT
        4, 0, 'foreign key', format('foreign key %%I of %%s', conname, conrelid::regclass),
        format('ALTER TABLE %%s DROP CONSTRAINT %%I;', conrelid::regclass, conname),
        -- A trade's id is unique within its portfolio alone.
        CASE WHEN relname IN ('trades', 'portfolio_positions') THEN '-- not as it was: ' ELSE '' END
        || format(
            'ALTER TABLE %%s ADD CONSTRAINT %%I %%s;', conrelid::regclass, conname,
            pg_get_constraintdef(pg_constraint.oid)
        )
    FROM pg_constraint JOIN old ON old.oid = confrelid
    WHERE contype = 'f' AND conrelid NOT IN (SELECT oid FROM old)
    UNION ALL
    SELECT
        5, 0, 'row-level security', format('row-level security of %%s', oid::regclass),
        format('ALTER TABLE %%s DISABLE ROW LEVEL SECURITY;', oid::regclass),
        '-- the portfolios have row-level security of their own now'
    FROM pg_class JOIN old USING (oid) WHERE relrowsecurity
    UNION ALL
    SELECT
        6, 0, 'inheritance', format('inheritance of %%s', inhrelid::regclass),
        format('ALTER TABLE %%s NO INHERIT %%s;', inhrelid::regclass, inhparent::regclass)
        || coalesce((
            SELECT string_agg(
                format(E'\nALTER TABLE %%s ALTER COLUMN %%I DROP DEFAULT;', adrelid::regclass, attname), ''
            )
            FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
            WHERE adrelid = inhrelid AND pg_get_expr(adbin, adrelid) LIKE 'nextval(%%'
                AND adrelid NOT IN (SELECT oid FROM old)
        ), ''),
        '-- a table does not inherit from the upgraded one'
    FROM pg_inherits WHERE inhparent IN (SELECT oid FROM old) OR inhrelid IN (SELECT oid FROM old)
    UNION ALL
    SELECT
        7, 0, 'publication', format('publication %%I of %%s', pubname, prrelid::regclass),
        format('ALTER PUBLICATION %%I DROP TABLE %%s;', pubname, prrelid::regclass),
        format('ALTER PUBLICATION %%I ADD TABLE %%s;', pubname, prrelid::regclass)
    FROM pg_publication_rel
    JOIN pg_publication ON pg_publication.oid = prpubid
    JOIN old ON old.oid = prrelid
    UNION ALL
    SELECT
        8, 0, 'sequence', format('sequence %%s', sequence.oid::regclass),
        format(
            'ALTER SEQUENCE %%s OWNED BY %%s.%%I;', sequence.oid::regclass, adrelid::regclass, attname
        ),
        ''
    FROM pg_attrdef
    JOIN old ON old.oid = adrelid
    JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
    JOIN pg_depend ON classid = 'pg_attrdef'::regclass AND objid = pg_attrdef.oid
        AND refclassid = 'pg_class'::regclass
    JOIN pg_class AS sequence ON sequence.oid = refobjid AND sequence.relkind = 'S'
    WHERE NOT EXISTS (
        SELECT FROM pg_depend AS owned
        WHERE owned.classid = 'pg_class'::regclass AND owned.objid = sequence.oid
            AND owned.refobjid = adrelid AND owned.deptype IN ('a', 'i')
    )
) AS attached
ORDER BY rank, place, about;

-- name: select_constraint_name
-- Read what a table calls its constraint of this definition.
SELECT conname::text FROM pg_constraint
JOIN pg_class ON pg_class.oid = conrelid
WHERE relnamespace = %(namespace)s AND relname = %(table)s
    AND replace(pg_get_constraintdef(pg_constraint.oid), ' NOT VALID', '') = %(definition)s;
