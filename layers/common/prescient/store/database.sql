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
-- Read the schema's revision, the oldest code that it serves, and the role of a new session.
-- As JSON, since a schema that older code migrated does not note which code it serves.
SELECT version_num, to_jsonb(alembic_version) ->> 'least_code', current_user FROM alembic_version;

-- name: name_portfolios
-- Name the transaction's portfolios, `1,2,3`, whose rows alone the policies let it see.
-- All that a portfolio needs is found by a key, whatever the key and however many rows there are. A
-- plan made while a table was empty would read the table whole, and a connection that stays open
-- keeps its plans; a plan for each value anew costs more than what it finds.
SELECT
    set_config('prescient.portfolio_id', %(portfolio_ids)s, true),
    set_config('enable_seqscan', 'off', true),
    set_config('plan_cache_mode', 'force_generic_plan', true);
