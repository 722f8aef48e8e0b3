-- name: open_batch
INSERT INTO market_batches (kind, status, started_at) VALUES (%(kind)s, 'loading', %(now)s)
RETURNING batch_id;

-- name: select_marks
SELECT market_id, mark FROM market_prices
WHERE market_id = ANY (%(market_ids)s::text[]) AND mark IS NOT NULL;

-- name: copy_snapshots
COPY market_snapshots (
    batch_id, market_id, timestamp, yes_price, no_price, best_bid, best_ask, mark, mark_stale,
    liquidity, volume, volume24hr, one_day_price_change, accepting_orders, closed,
    resolution_status, yes_payout, resolution_flag
) FROM STDIN;

-- name: move_prices
INSERT INTO market_prices (
    market_id, batch_id, observed_at, best_bid, best_ask, mark, mark_stale, accepting_orders,
    closed, yes_payout, resolution_flag
)
SELECT
    market_id, batch_id, timestamp, best_bid, best_ask, mark, mark_stale, accepting_orders,
    closed, yes_payout, resolution_flag
FROM market_snapshots
WHERE batch_id = %(batch_id)s
ORDER BY market_id
ON CONFLICT (market_id) DO UPDATE SET
    batch_id = excluded.batch_id, observed_at = excluded.observed_at,
    best_bid = excluded.best_bid, best_ask = excluded.best_ask,
    mark = coalesce(excluded.mark, market_prices.mark), mark_stale = excluded.mark_stale,
    accepting_orders = excluded.accepting_orders, closed = excluded.closed,
    yes_payout = excluded.yes_payout, resolution_flag = excluded.resolution_flag
WHERE excluded.observed_at > market_prices.observed_at;

-- name: compute_features
INSERT INTO market_features (
    batch_id, market_id, lookback_hours, reference_price, mean, standard_deviation, observations
)
WITH batch AS (
    SELECT batch_id, started_at FROM market_batches WHERE batch_id = %(batch_id)s
), hourly AS (
    SELECT DISTINCT ON (earlier.market_id, date_trunc('hour', earlier.timestamp))
        earlier.market_id, earlier.timestamp, earlier.mark, batch.started_at
    FROM batch
    JOIN market_batches AS source
        ON source.status = 'complete' AND source.kind IN ('filter', 'backfill')
        AND source.batch_id <> batch.batch_id
        AND source.started_at >= batch.started_at - make_interval(hours => %(longest)s)
        AND source.started_at < batch.started_at
    JOIN market_snapshots AS earlier ON earlier.batch_id = source.batch_id
    JOIN market_snapshots AS present
        ON present.batch_id = batch.batch_id AND present.market_id = earlier.market_id
    WHERE earlier.mark IS NOT NULL AND earlier.timestamp < batch.started_at
    ORDER BY earlier.market_id, date_trunc('hour', earlier.timestamp), earlier.timestamp DESC
)
SELECT
    %(batch_id)s, market_id, lookback_hours,
    (array_agg(mark ORDER BY timestamp))[1], round(avg(mark), 6), round(stddev_samp(mark), 6),
    count(*)
FROM hourly
CROSS JOIN unnest(%(lookbacks)s::int[]) AS lookback (lookback_hours)
WHERE timestamp >= started_at - make_interval(hours => lookback_hours)
GROUP BY market_id, lookback_hours;

-- name: complete_batch
UPDATE market_batches SET
    status = 'complete', completed_at = %(now)s, counters = %(counters)s,
    markets = (SELECT count(*) FROM market_snapshots WHERE batch_id = %(batch_id)s)
WHERE batch_id = %(batch_id)s AND status = 'loading';

-- name: lock_holders_of_batch
SELECT portfolio_id FROM portfolios
WHERE portfolio_id IN (
    SELECT position.portfolio_id FROM portfolio_positions AS position
    JOIN market_snapshots AS snapshot
        ON snapshot.batch_id = %(batch_id)s AND snapshot.market_id = position.market_id
    WHERE position.status = 'open'
)
ORDER BY portfolio_id
FOR UPDATE;

-- name: discard_batch
WITH removed AS (DELETE FROM market_snapshots WHERE batch_id = %(batch_id)s)
UPDATE market_batches SET status = 'failed', error = %(error)s, counters = %(counters)s
WHERE batch_id = %(batch_id)s AND status = 'loading';

-- name: select_batch
SELECT
    batch_id, status, markets,
    coalesce((
        SELECT sum(skipped.value::int) FROM jsonb_each_text(counters -> 'skipped') AS skipped
    ), 0)::int AS skipped
FROM market_batches WHERE batch_id = %(batch_id)s;
