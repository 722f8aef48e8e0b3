-- name: open_session
-- Set what holds in every session, and answer whether a pooler is between client and server.
-- A pooler made up the process id that the client knows, and may lend another server to each
-- transaction: what is set there must end with the transaction.
SELECT pg_backend_pid() <> %(backend_pid)s, count(set_config(
    name, value, pg_backend_pid() <> %(backend_pid)s
))
FROM unnest(%(names)s::text[], %(values)s::text[]) AS setting (name, value);

-- name: set_for_transaction
-- Set what holds in every session for one transaction, behind a pooler.
SELECT set_config(name, value, true)
FROM unnest(%(names)s::text[], %(values)s::text[]) AS setting (name, value);

-- name: select_version_and_role
-- Read the schema's revision and the role of a new session.
SELECT version_num, current_user FROM alembic_version;

-- name: name_portfolio
-- Name the transaction's portfolio, whose rows alone the policies let it see.
SELECT set_config('prescient.portfolio_id', %(portfolio_id)s, true);
