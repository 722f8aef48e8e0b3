-- name: ask_whether_pooled
-- Answer whether a pooler is between client and server.
-- A pooler made up the process id that the client knows.
SELECT pg_backend_pid() <> %(backend_pid)s;

-- name: ask_whether_read_only
-- Answer whether the server is a standby, and whether transactions are read-only anyhow.
SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::boolean;

-- name: ask_whether_stamped
-- Answer whether the database notes its revision.
SELECT to_regclass('alembic_version') IS NOT NULL;

-- name: select_revision
-- Read the database's revision.
SELECT version_num FROM alembic_version;

-- name: select_schema
-- Read the oid of the schema that unqualified names mean.
SELECT current_schema()::regnamespace::oid;

-- name: configure
-- Set the limits of a migration's session.
-- A client that vanishes, its machine and all, must not keep its locks; a backup may take long.
SELECT
    set_config('statement_timeout', %(statement_timeout)s, false),
    set_config('idle_in_transaction_session_timeout', '60s', false),
    set_config('idle_session_timeout', '0', false),
    set_config('client_connection_check_interval', '5s', false);

-- name: take_turn
-- Take the lock that one migration of a database holds at a time; false where another has it.
-- Two migrations at once would both find the same revisions lacking; the session has the lock.
SELECT pg_try_advisory_lock(20260001);

-- name: select_limits
-- Read how long a statement may take, and wait for a lock.
SELECT current_setting('statement_timeout'), current_setting('lock_timeout');

-- name: set_limits
-- Set both for the rest of the transaction.
SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true);

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
