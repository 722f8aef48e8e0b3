-- name: open_session
-- Set what every session is set to. A pooler made up the process id that the client knows, and may
-- lend another server to each transaction: what is set there must end with the transaction.
SELECT pg_backend_pid() <> %(backend_pid)s, count(set_config(
    name, value, pg_backend_pid() <> %(backend_pid)s
))
FROM unnest(%(names)s::text[], %(values)s::text[]) AS setting (name, value);

-- name: set_for_transaction
-- The same for a transaction behind a pooler.
SELECT set_config(name, value, true)
FROM unnest(%(names)s::text[], %(values)s::text[]) AS setting (name, value);

-- name: select_version_and_role
-- The revision of the schema, and whose rights the session has.
SELECT version_num, current_user FROM alembic_version;

-- name: name_portfolio
-- Row-level security shows the rows of this portfolio alone.
SELECT set_config('prescient.portfolio_id', %(portfolio_id)s, true);
