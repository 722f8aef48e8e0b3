-- name: open_batch
-- Begin a batch that is loading, which readers do not see yet.
INSERT INTO market_batches (
    kind, status, started_at, liquidity_min, volume_min, end_date_min, max_books, fetched_for
)
VALUES (
    %(kind)s, 'loading', %(now)s, %(liquidity_min)s, %(volume_min)s, %(end_date_min)s,
    %(max_books)s, %(fetched_for)s
)
RETURNING batch_id;

-- name: lock_filters
-- Let one filter at a time decide whether it fetches, until its transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('prescient filter', 0));

-- name: select_loading
-- Read a batch of a kind that has been loading since a moment.
SELECT batch_id FROM market_batches
WHERE kind = %(kind)s AND status = 'loading' AND started_at > %(since)s
LIMIT 1;

-- name: select_fetched_since
-- Read the untrimmed batches of filters that were completed after a moment, newest first.
-- Only the newest thousand batches are searched: they span days, so earlier ones are too old.
SELECT batch_id, fetched_for, books_beyond_max FROM market_batches
WHERE kind = 'filter' AND status = 'complete' AND completed_at > %(since)s
    AND fetched_for IS NOT NULL AND trimmed_at IS NULL
    AND batch_id > (SELECT max(batch_id) - 1000 FROM market_batches)
ORDER BY batch_id DESC
LIMIT 10;

-- name: select_marks
-- Read the latest mark of each market that has one.
-- That of another market which had the same id says nothing of this one.
SELECT price.market_id, price.mark
FROM unnest(%(market_ids)s::text[], %(identities)s::uuid[]) AS seen (market_id, identity)
JOIN market_prices AS price ON price.market_id = seen.market_id
WHERE price.mark IS NOT NULL AND (price.identity = seen.identity) IS NOT FALSE;

-- name: copy_snapshots
-- Load what a fetch saw of its markets, as a stream of rows.
COPY market_snapshots (
    batch_id, market_id, timestamp, yes_price, no_price, best_bid, best_ask, mark, mark_stale,
    liquidity, volume, volume24hr, one_day_price_change, accepting_orders, closed,
    resolution_status, yes_payout, resolution_flag, listed, identity
) FROM STDIN;

-- name: move_prices
-- Carry the latest prices forward to those of a batch, where the batch is newer; and keep, for each
-- position whose market id begins to stand for another market, its own last mark.
-- Nearly all markets are known and the same: they are looked up and written once, in `moved`.
WITH moved AS (
    UPDATE market_prices AS latest SET
        batch_id = seen.batch_id, observed_at = seen.timestamp, best_bid = seen.best_bid,
        best_ask = seen.best_ask, mark = coalesce(seen.mark, latest.mark),
        mark_stale = seen.mark_stale, accepting_orders = seen.accepting_orders,
        closed = seen.closed, yes_payout = seen.yes_payout,
        resolution_status = seen.resolution_status, resolution_flag = seen.resolution_flag,
        identity = coalesce(seen.identity, latest.identity)
    FROM market_snapshots AS seen
    WHERE seen.batch_id = %(batch_id)s AND latest.market_id = seen.market_id
        AND seen.timestamp > latest.observed_at
        AND (seen.identity = latest.identity) IS NOT FALSE
    RETURNING latest.market_id
), other AS MATERIALIZED (
    SELECT * FROM market_snapshots
    WHERE batch_id = %(batch_id)s AND market_id NOT IN (SELECT market_id FROM moved)
), kept AS (
    UPDATE portfolio_positions AS position SET
        kept_mark = price.mark, identity = price.identity, identity_changed_at = seen.timestamp
    FROM other AS seen
    JOIN market_prices AS price ON price.market_id = seen.market_id
    WHERE seen.identity <> price.identity AND seen.timestamp > price.observed_at
        AND position.market_id = seen.market_id AND position.status = 'open'
        AND (position.identity = price.identity) IS NOT FALSE
)
INSERT INTO market_prices (
    market_id, batch_id, observed_at, best_bid, best_ask, mark, mark_stale, accepting_orders,
    closed, yes_payout, resolution_status, resolution_flag, identity
)
SELECT
    market_id, batch_id, timestamp, best_bid, best_ask, mark, mark_stale, accepting_orders,
    closed, yes_payout, resolution_status, resolution_flag, identity
FROM other
ORDER BY market_id
ON CONFLICT (market_id) DO UPDATE SET
    batch_id = excluded.batch_id, observed_at = excluded.observed_at,
    best_bid = excluded.best_bid, best_ask = excluded.best_ask,
    mark = CASE
        WHEN (excluded.identity = market_prices.identity) IS FALSE THEN excluded.mark
        ELSE coalesce(excluded.mark, market_prices.mark)
    END,
    mark_stale = excluded.mark_stale,
    accepting_orders = excluded.accepting_orders, closed = excluded.closed,
    yes_payout = excluded.yes_payout, resolution_status = excluded.resolution_status,
    resolution_flag = excluded.resolution_flag,
    identity = coalesce(excluded.identity, market_prices.identity)
WHERE excluded.observed_at > market_prices.observed_at;

-- name: complete_batch
-- Complete a loading batch, which makes it visible to readers.
UPDATE market_batches SET
    status = 'complete', completed_at = %(now)s, counters = %(counters)s,
    unanswered_markets = %(unanswered_markets)s, books_beyond_max = %(books_beyond_max)s,
    unanswered_books = %(unanswered_books)s,
    markets = (SELECT count(*) FROM market_snapshots WHERE batch_id = %(batch_id)s)
WHERE batch_id = %(batch_id)s AND status = 'loading'
RETURNING batch_id;

-- name: lock_possible_holders
-- Lock every portfolio that can hold a position, in the order in which all others lock.
SELECT portfolio_id FROM portfolios WHERE status <> 'archived' ORDER BY portfolio_id FOR UPDATE;

-- name: select_holders_of_batch
-- Read the portfolios that hold a market of the batch.
-- Not a join: the planner knows nothing of rows that came a moment ago, and takes them for few.
SELECT portfolio_id FROM portfolio_positions
WHERE status = 'open'
GROUP BY portfolio_id
HAVING bool_or(
    market_id IN (SELECT market_id FROM market_snapshots WHERE batch_id = %(batch_id)s)
)
ORDER BY portfolio_id;

-- name: select_held_outside
-- Read the markets that the portfolios hold and the batch does not have.
-- From each held market to the next by their index: most positions are closed, and of those that are
-- open many are in one market.
WITH RECURSIVE held AS (
    (SELECT market_id FROM portfolio_positions WHERE status = 'open' ORDER BY market_id LIMIT 1)
    UNION ALL
    SELECT (
        SELECT position.market_id FROM portfolio_positions AS position
        WHERE position.status = 'open' AND position.market_id > held.market_id
        ORDER BY position.market_id
        LIMIT 1
    )
    FROM held WHERE held.market_id IS NOT NULL
)
SELECT market_id FROM held
WHERE market_id IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM market_snapshots AS seen
        WHERE seen.batch_id = %(batch_id)s AND seen.market_id = held.market_id
    )
ORDER BY market_id;

-- name: select_held_within
-- Read the markets of the batch that the portfolios hold.
SELECT DISTINCT position.market_id FROM portfolio_positions AS position
JOIN market_snapshots AS seen
    ON seen.batch_id = %(batch_id)s AND seen.market_id = position.market_id
WHERE position.status = 'open' AND position.portfolio_id = ANY (%(portfolio_ids)s::int[])
ORDER BY market_id;

-- name: discard_batch
-- Mark a loading batch as failed and delete its snapshots.
WITH removed AS (DELETE FROM market_snapshots WHERE batch_id = %(batch_id)s)
UPDATE market_batches SET status = 'failed', error = %(error)s, counters = %(counters)s
WHERE batch_id = %(batch_id)s AND status = 'loading'
RETURNING batch_id;

-- name: select_batch
-- Read a batch's status and size, and how many rows its fetch skipped.
SELECT
    batch_id, status, markets,
    coalesce((
        SELECT sum(skipped.value::int) FROM jsonb_each_text(counters -> 'skipped') AS skipped
    ), 0)::int AS skipped
FROM market_batches WHERE batch_id = %(batch_id)s;

-- name: select_staleness
-- Count the marks that are carried forward, and read the age of the oldest price in seconds.
-- Beside them the open positions of all portfolios. The ids come as JSON: a client writes an array
-- ten times as slowly.
SELECT
    count(*) FILTER (WHERE mark_stale) AS marks,
    coalesce(extract(epoch FROM %(now)s - min(observed_at)), 0)::bigint AS oldest_seconds,
    (SELECT coalesce(sum(open_positions), 0) FROM portfolios)::bigint AS open_positions
FROM market_prices
WHERE market_id = ANY (ARRAY(SELECT jsonb_array_elements_text(%(market_ids)s::jsonb)));
