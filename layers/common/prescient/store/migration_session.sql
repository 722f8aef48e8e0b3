-- name: ask_whether_pooled
-- Answer whether a pooler is between client and server.
-- A pooler made up the process id that the client knows.
SELECT pg_backend_pid() <> %(backend_pid)s;

-- name: ask_whether_read_only
-- Answer whether the server is a standby, and whether transactions are read-only anyhow.
SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::boolean;

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

-- name: end_turn
-- Give back the lock of `take_turn`.
SELECT pg_advisory_unlock(20260001);
