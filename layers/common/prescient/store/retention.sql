-- name: delete_stale
-- Delete batches that began long ago and never completed.
DELETE FROM market_batches WHERE status = 'loading' AND started_at < %(started_before)s;

-- name: select_untrimmed
-- Read the next batches that are old enough to be trimmed.
SELECT batch_id FROM market_batches
WHERE trimmed_at IS NULL AND started_at < %(started_before)s AND status <> 'loading'
    AND batch_id > %(after)s
ORDER BY batch_id
LIMIT %(limit)s;

-- name: trim_snapshots
-- Delete old snapshots, except those of held markets, decisions, exits and schema v1.
WITH decided AS (
    SELECT cycle.batch_id, signal.market_id
    FROM trading_cycles AS cycle
    JOIN cycle_portfolios AS part ON part.cycle_id = cycle.cycle_id
    JOIN trading_signals AS signal
        ON signal.portfolio_id = part.portfolio_id AND signal.cycle_id = part.cycle_id
    WHERE cycle.batch_id = ANY (%(batch_ids)s::bigint[])
), left_at AS (
    SELECT position_exit.batch_id, position.market_id
    FROM position_exits AS position_exit
    JOIN portfolio_positions AS position
        ON position.portfolio_id = position_exit.portfolio_id
        AND position.id = position_exit.position_id
    WHERE position_exit.batch_id = ANY (%(batch_ids)s::bigint[])
)
DELETE FROM market_snapshots AS seen
WHERE seen.batch_id = ANY (%(batch_ids)s::bigint[]) AND seen.legacy_id IS NULL
    AND NOT EXISTS (
        SELECT FROM portfolio_positions AS position
        WHERE position.market_id = seen.market_id AND position.status = 'open'
    )
    AND (seen.batch_id, seen.market_id) NOT IN (
        SELECT batch_id, market_id FROM decided UNION ALL SELECT batch_id, market_id FROM left_at
    );

-- name: trim_features
-- Delete the features of markets whose snapshots are gone.
DELETE FROM market_features AS feature
WHERE feature.batch_id = ANY (%(batch_ids)s::bigint[])
    AND NOT EXISTS (
        SELECT FROM market_snapshots AS seen
        WHERE seen.batch_id = feature.batch_id AND seen.market_id = feature.market_id
    );

-- name: trim_books
-- Delete the order books of markets whose snapshots are gone.
DELETE FROM order_books AS book
WHERE book.batch_id = ANY (%(batch_ids)s::bigint[])
    AND NOT EXISTS (
        SELECT FROM market_snapshots AS seen
        WHERE seen.batch_id = book.batch_id AND seen.market_id = book.market_id
    );

-- name: mark_trimmed
-- Note that a batch is trimmed, once it shows no market of an open position.
UPDATE market_batches AS batch SET trimmed_at = %(now)s
WHERE batch.batch_id = ANY (%(batch_ids)s::bigint[])
    AND NOT EXISTS (
        SELECT FROM market_snapshots AS seen
        JOIN portfolio_positions AS position
            ON position.market_id = seen.market_id AND position.status = 'open'
        WHERE seen.batch_id = batch.batch_id
    );

-- name: delete_empty
-- Delete batches that have no snapshots left and that no cycle traded on.
DELETE FROM market_batches AS batch
WHERE batch.batch_id = ANY (%(batch_ids)s::bigint[])
    AND NOT EXISTS (SELECT FROM market_snapshots AS seen WHERE seen.batch_id = batch.batch_id)
    AND NOT EXISTS (SELECT FROM trading_cycles AS cycle WHERE cycle.batch_id = batch.batch_id);

-- name: delete_hours
-- Delete some of the hourly marks from before a moment, as many as a transaction may.
DELETE FROM market_hours
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM market_hours WHERE hour < %(before)s LIMIT %(limit)s
));
