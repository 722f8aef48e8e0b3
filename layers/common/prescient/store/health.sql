-- name: select_health
-- Read the schema's revision, the newest complete batch, when the last price update and the last
-- cycle ended well, and since when there is a portfolio to run them for.
SELECT
    version.version_num AS schema_version, batch.batch_id, batch.completed_at AS batch_completed_at,
    (
        SELECT completed_at FROM market_batches
        WHERE kind = 'price_update' AND status = 'complete' ORDER BY started_at DESC LIMIT 1
    ) AS prices_updated_at,
    (
        SELECT ended_at FROM trading_cycles
        WHERE status = 'completed' ORDER BY started_at DESC LIMIT 1
    ) AS cycle_ended_at,
    (SELECT min(created_at) FROM portfolios WHERE status <> 'archived') AS in_use_since
FROM alembic_version AS version
LEFT JOIN LATERAL (
    SELECT batch_id, completed_at FROM market_batches
    WHERE status = 'complete' ORDER BY started_at DESC LIMIT 1
) AS batch ON true;
