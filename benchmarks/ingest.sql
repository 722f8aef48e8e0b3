-- The floor of reading a listing again that has not changed: its rows on the tape, the latest
-- prices, the marks of the hour. The database has one batch; the rows make another.

-- name: read_snapshots
COPY (
    SELECT
        batch_id + 1, market_id, timestamp + interval '1 hour', yes_price, no_price, best_bid,
        best_ask, mark, mark_stale, liquidity, volume, volume24hr, one_day_price_change,
        accepting_orders, closed, resolution_status, yes_payout, resolution_flag, listed, identity
    FROM market_snapshots
) TO STDOUT;

-- name: add_batch
INSERT INTO market_batches (kind, status, started_at, completed_at, markets, counters)
SELECT kind, status, started_at + interval '1 hour', completed_at + interval '1 hour', markets, counters
FROM market_batches;

-- name: write_snapshots
COPY market_snapshots (
    batch_id, market_id, timestamp, yes_price, no_price, best_bid, best_ask, mark, mark_stale,
    liquidity, volume, volume24hr, one_day_price_change, accepting_orders, closed,
    resolution_status, yes_payout, resolution_flag, listed, identity
) FROM STDIN;

-- name: move_prices
UPDATE market_prices AS latest SET
    batch_id = seen.batch_id, observed_at = seen.timestamp, best_bid = seen.best_bid,
    best_ask = seen.best_ask, mark = seen.mark, mark_stale = seen.mark_stale,
    accepting_orders = seen.accepting_orders, closed = seen.closed, yes_payout = seen.yes_payout,
    resolution_status = seen.resolution_status, resolution_flag = seen.resolution_flag,
    identity = seen.identity
FROM market_snapshots AS seen
WHERE seen.batch_id = 2 AND seen.market_id = latest.market_id;

-- name: add_hours
INSERT INTO market_hours (market_id, hour, observed_at, mark, identity)
SELECT market_id, date_trunc('hour', timestamp, 'UTC'), timestamp, mark, identity
FROM market_snapshots
WHERE batch_id = 2 AND NOT closed AND mark IS NOT NULL;
