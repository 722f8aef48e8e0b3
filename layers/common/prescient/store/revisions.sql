-- name: select_schema
-- Read the oid of the schema that unqualified names mean.
SELECT current_schema()::regnamespace::oid;

-- name: select_limits
-- Read how long a statement may take, and wait for a lock.
SELECT current_setting('statement_timeout'), current_setting('lock_timeout');

-- name: set_limits
-- Set both for the rest of the transaction.
SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true);

-- name: set_probe
-- Set whether a look at the way back leaves out the rows of the upgrade, for the transaction.
SELECT set_config('prescient.migration_probe', %(probe)s, true);

-- name: lock_tables
-- Lock every table of ours before a downgrade.
-- All at once, before any of them changes: an autovacuum of one whose rights have changed would
-- wait for this, and this for it.
DO $$
BEGIN
    PERFORM set_config('lock_timeout', coalesce(
        nullif(current_setting('prescient.migration_lock_timeout', true), ''), '10s'
    ), true);
    EXECUTE (
        SELECT format(
            'LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', string_agg(oid::regclass::text, ', ')
        )
        FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
            AND relowner = 'prescient_owner'::regrole
    );
END $$;

-- name: ask_whether_ranged
-- Answer whether the database can note the oldest code that it serves.
SELECT EXISTS (
    SELECT FROM pg_attribute
    WHERE attrelid = to_regclass('alembic_version') AND attname = 'least_code'
        AND NOT attisdropped
);

-- name: add_range
-- Make room for that note; every connection reads the table, so it is added once.
ALTER TABLE alembic_version ADD COLUMN least_code varchar(32);

-- name: note_range
-- Note the oldest code that the schema serves, by the revision that it was written for.
UPDATE alembic_version SET least_code = %(least_code)s
WHERE least_code IS DISTINCT FROM %(least_code)s;

-- name: drop_range
-- Leave the table as Alembic makes it.
ALTER TABLE alembic_version DROP COLUMN IF EXISTS least_code;
