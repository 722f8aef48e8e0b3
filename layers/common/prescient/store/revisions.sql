-- name: configure
-- A client that vanishes, its machine and all, must not keep its locks; a backup may take long.
SELECT
    set_config('statement_timeout', '0', false),
    set_config('idle_in_transaction_session_timeout', '60s', false),
    set_config('idle_session_timeout', '0', false),
    set_config('client_connection_check_interval', '5s', false);

-- name: take_turn
SELECT pg_try_advisory_lock(20260001);
