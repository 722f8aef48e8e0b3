-- Where the rows come from. The old tables stay where they are, readable to all, until the swap;
-- the new ones grow in a schema of their own.

-- name: settings
-- No nested loops: no table has statistics yet, and a wrong guess would cost hours. Their absence
-- looks so dear to older servers that they would compile every statement. Several processes would
-- hash into shared memory, of which a container has 64 MB: each hashes for itself.
SELECT
    set_config('prescient.migration_schema', current_schema(), true),
    set_config('prescient.migration_source', quote_ident(current_schema()), true),
    set_config('prescient.migration_search_path', current_setting('search_path'), true),
    set_config('lock_timeout', coalesce(
        nullif(current_setting('prescient.migration_lock_timeout', true), ''), '10s'
    ), true),
    set_config('enable_nestloop', 'off', true),
    set_config('jit', 'off', true),
    set_config('enable_parallel_hash', 'off', true),
    set_config('work_mem', '64MB', true),
    set_config('maintenance_work_mem', '128MB', true);

-- name: schemas
CREATE SCHEMA prescient_v1;
CREATE SCHEMA prescient_v2;
CREATE SCHEMA prescient_restored;

-- name: tables
-- The tables of schema v1, and those that the seed's script and plan added to it. `summed` is a
-- column whose sum the report shows; `kept_whole` are those whose rows legacy_values keeps as they
-- were, since every fetch or update rewrites them; `piece` cuts a table into pieces of 4096 ids.
CREATE TABLE prescient_v1.tables AS
SELECT
    name, summed, key, CASE key WHEN 'id' THEN '(%1$s).id >> 12' ELSE '0' END AS piece, kept_whole
FROM (VALUES
    ('portfolio_state', 'balance', 'id', true), ('events', 'liquidity', 'id', true),
    ('markets', 'liquidity', 'id', true), ('portfolio_positions', 'amount', 'id', false),
    ('trades', 'amount', 'id', false), ('trading_signals', 'amount', 'id', false),
    ('portfolio_history', 'total_value', 'id', false),
    ('portfolio_snapshots', 'balance', 'id', false),
    ('signal_archives', 'signals_count', 'id', false), ('system_metadata', NULL, 'key', false),
    ('market_snapshots', 'yes_price', 'id', false),
    ('portfolios', 'current_balance', 'portfolio_id', true),
    ('portfolio_rebalancing_log', 'amount', 'id', true),
    ('portfolio_performance_cache', NULL, 'portfolio_id', true)
) AS listed (name, summed, key, kept_whole);
CREATE VIEW prescient_v1.old_relations AS
SELECT pg_class.oid, relname, pg_class.oid::regclass AS qualified, relowner, relacl, reloptions
FROM pg_class JOIN prescient_v1.tables ON name = relname
WHERE relnamespace = quote_ident(current_setting('prescient.migration_schema'))::regnamespace
    AND relkind = 'r';

-- name: lock
-- Writers wait from here to the end, readers only for the last statements.
DO $$
BEGIN
    EXECUTE (
        SELECT format('LOCK TABLE %s IN SHARE MODE', string_agg(qualified::text, ', '))
        FROM prescient_v1.old_relations
    );
END $$;
