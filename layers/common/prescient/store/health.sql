-- name: select_health
-- Read the schema's revision and the newest complete batch.
SELECT
    version.version_num AS schema_version, batch.batch_id, batch.completed_at AS batch_completed_at
FROM alembic_version AS version
LEFT JOIN LATERAL (
    SELECT batch_id, completed_at FROM market_batches
    WHERE status = 'complete' ORDER BY started_at DESC LIMIT 1
) AS batch ON true;
