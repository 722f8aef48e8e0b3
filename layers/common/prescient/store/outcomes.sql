-- name: select_due
-- Read which markets to ask for; what is held, price updates ask for every few minutes.
WITH listed AS (
    SELECT DISTINCT seen.market_id
    FROM market_batches AS batch
    JOIN market_snapshots AS seen ON seen.batch_id = batch.batch_id
    WHERE batch.kind IN ('filter', 'recording') AND batch.status = 'complete' AND NOT seen.closed
        AND (seen.listed OR batch.kind = 'recording')
        AND batch.started_at >= least(%(unseen_since)s, (
            SELECT max(started_at) FROM market_batches WHERE kind = 'filter' AND status = 'complete'
        ))
)
SELECT market.market_id
FROM markets AS market
LEFT JOIN market_outcomes AS outcome ON outcome.market_id = market.market_id
LEFT JOIN listed ON listed.market_id = market.market_id
WHERE outcome.yes_payout IS NULL
    AND (outcome.asked_at IS NULL OR outcome.asked_at < %(asked_before)s)
    AND (market.end_date <= %(now)s OR listed.market_id IS NULL)
    AND NOT EXISTS (
        SELECT FROM portfolio_positions AS position
        WHERE position.market_id = market.market_id AND position.status = 'open'
    )
ORDER BY outcome.asked_at NULLS FIRST, market.end_date, market.market_id
LIMIT %(limit)s;

-- name: note_asked
-- Keep when these markets were asked for.
INSERT INTO market_outcomes (market_id, asked_at)
SELECT market_id, %(now)s FROM unnest(%(market_ids)s::text[]) AS asked (market_id)
ORDER BY market_id
ON CONFLICT (market_id) DO UPDATE SET asked_at = excluded.asked_at;

-- name: note_of_batch
-- Keep the payouts that a batch saw.
INSERT INTO market_outcomes (market_id, batch_id, yes_payout)
SELECT market_id, batch_id, yes_payout FROM market_snapshots
WHERE batch_id = %(batch_id)s AND yes_payout IS NOT NULL
ORDER BY market_id
ON CONFLICT (market_id) DO UPDATE SET
    batch_id = excluded.batch_id, yes_payout = excluded.yes_payout;

-- name: note_of_prices
-- Keep the payouts of latest prices that are not kept yet.
INSERT INTO market_outcomes (market_id, batch_id, yes_payout)
SELECT price.market_id, price.batch_id, price.yes_payout FROM market_prices AS price
WHERE price.yes_payout IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM market_outcomes AS outcome
        WHERE outcome.market_id = price.market_id AND outcome.yes_payout IS NOT NULL
    )
ORDER BY price.market_id
ON CONFLICT (market_id) DO UPDATE SET
    batch_id = excluded.batch_id, yes_payout = excluded.yes_payout;
