-- name: select_newest_listing
-- Read the newest complete batch of a filter.
SELECT batch_id FROM market_batches
WHERE kind = 'filter' AND status = 'complete'
ORDER BY started_at DESC
LIMIT 1;

-- name: select_wanting
-- Read which markets have too few hourly marks and were not asked for lately.
SELECT wanted.market_id
FROM unnest(%(market_ids)s::text[]) WITH ORDINALITY AS wanted (market_id, place)
WHERE NOT EXISTS (
        SELECT FROM market_backfills AS done
        WHERE done.market_id = wanted.market_id AND done.fetched_at >= %(asked_before)s
    )
    AND EXISTS (
        SELECT FROM unnest(%(lookbacks)s::int[], %(observations)s::int[])
            AS need (lookback_hours, observations)
        WHERE need.observations > (
            SELECT count(*) FROM market_hours AS past
            WHERE past.market_id = wanted.market_id
                AND past.hour >= %(now)s - make_interval(hours => need.lookback_hours)
        )
    )
ORDER BY wanted.place
LIMIT %(limit)s;

-- name: fill_hours
-- Fill the hourly marks that the tape does not have.
INSERT INTO market_hours (market_id, hour, observed_at, mark)
SELECT market_id, hour, observed_at, mark
FROM unnest(
    %(market_ids)s::text[], %(hours)s::timestamptz[], %(moments)s::timestamptz[],
    %(marks)s::numeric[]
) AS history (market_id, hour, observed_at, mark)
ORDER BY market_id, hour
ON CONFLICT (market_id, hour) DO NOTHING;

-- name: note_backfills
-- Note when a market's history was asked for, and how many hours it had.
INSERT INTO market_backfills (market_id, batch_id, fetched_at, hours)
SELECT market_id, %(batch_id)s, %(now)s, hours
FROM unnest(%(market_ids)s::text[], %(hours)s::int[]) AS asked (market_id, hours)
ORDER BY market_id
ON CONFLICT (market_id) DO UPDATE SET
    batch_id = excluded.batch_id, fetched_at = excluded.fetched_at, hours = excluded.hours;

-- name: complete_backfill
-- Complete a backfill's loading batch.
UPDATE market_batches SET
    status = 'complete', completed_at = %(now)s, counters = %(counters)s,
    markets = cardinality(%(market_ids)s::text[])
WHERE batch_id = %(batch_id)s AND status = 'loading';
