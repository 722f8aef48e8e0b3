-- name: select_markets
-- Read a page of markets, by id, with what the newest prices show of them.
SELECT
    market.market_id, market.question, market.event_id, market.event_title,
    coalesce(event.tags, '{}') AS tags, market.end_date, market.yes_outcome, market.no_outcome,
    market.condition_id, market.yes_token_id, market.no_token_id, market.tick_size,
    market.neg_risk, market.fee_rate, market.fee_exponent, price.best_bid, price.best_ask,
    price.mark, price.mark_stale, price.observed_at AS quoted_at, seen.liquidity, seen.volume,
    price.accepting_orders, price.closed, price.resolution_status, price.yes_payout,
    market.updated_at
FROM markets AS market
LEFT JOIN events AS event ON event.event_id = market.event_id
LEFT JOIN market_prices AS price ON price.market_id = market.market_id
LEFT JOIN market_snapshots AS seen
    ON seen.batch_id = price.batch_id AND seen.market_id = market.market_id
WHERE market.market_id > coalesce(%(after_text)s, '')
    AND (%(market_id)s::text IS NULL OR market.market_id = %(market_id)s)
    AND (%(event_id)s::text IS NULL OR market.event_id = %(event_id)s)
    AND (%(tag)s::text IS NULL OR event.tags @> ARRAY[%(tag)s::text])
    AND (%(closed)s::boolean IS NULL OR coalesce(price.closed, false) = %(closed)s)
ORDER BY market.market_id
LIMIT %(limit)s;

-- name: select_history
-- Read a page of what complete batches of the tape show of a market, newest first.
SELECT
    seen.batch_id, seen.timestamp, seen.best_bid, seen.best_ask, seen.mark, seen.mark_stale,
    seen.yes_price, seen.no_price, seen.liquidity, seen.volume, seen.accepting_orders, seen.closed
FROM market_snapshots AS seen
JOIN market_batches AS batch ON batch.batch_id = seen.batch_id AND batch.status = 'complete'
WHERE seen.market_id = %(market_id)s
    AND seen.timestamp >= coalesce(%(since)s, '-infinity'::timestamptz)
    AND seen.timestamp < coalesce(%(until)s, 'infinity'::timestamptz)
    AND (seen.timestamp, seen.batch_id)
        < (coalesce(%(after_moment)s, 'infinity'::timestamptz), coalesce(%(after_number)s, 0))
ORDER BY seen.timestamp DESC, seen.batch_id DESC
LIMIT %(limit)s;

-- name: select_holders
-- Read a page of the open positions in a market, over all portfolios, oldest first.
SELECT
    position.id AS position_id, position.portfolio_id, portfolio.name AS portfolio_name,
    position.action, position.shares, position.cost_basis, position.entry_timestamp
FROM portfolio_positions AS position
JOIN portfolios AS portfolio USING (portfolio_id)
WHERE position.market_id = %(market_id)s AND position.status = 'open'
    AND position.id > coalesce(%(after_number)s, 0)
ORDER BY position.id
LIMIT %(limit)s;

-- name: select_exposure
-- Read what all portfolios together have paid for what they hold of a market.
SELECT cost_basis FROM market_exposure WHERE market_id = %(market_id)s;
