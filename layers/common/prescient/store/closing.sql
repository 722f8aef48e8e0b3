-- name: select_open_positions
-- Read open positions, each with the newest quote and book that is stored of what it holds.
-- All of the portfolio's, or the one that is named. A market that was never read has no quote.
SELECT
    position.id AS position_id, position.portfolio_id, position.market_id, position.action,
    coalesce(position.shares, 0) AS shares, position.cost_basis, price.best_bid, price.best_ask,
    coalesce(book.fetched_at, price.observed_at) AS quoted_at,
    coalesce(price.accepting_orders AND NOT price.closed, false) AS tradable,
    price.yes_payout IS NOT NULL AS resolved,
    book.bids::text AS bids, book.asks::text AS asks, -- read level by level
    coalesce(seen.liquidity, 0) AS liquidity, coalesce(market.fee_rate, 0) AS fee_rate,
    coalesce(market.fee_exponent, 1) AS fee_exponent,
    replace(position.identity::text, '-', '') AS identity,
    replace(price.identity::text, '-', '') AS seen_identity
FROM portfolio_positions AS position
LEFT JOIN market_prices AS price ON price.market_id = position.market_id
LEFT JOIN market_snapshots AS seen
    ON seen.batch_id = price.batch_id AND seen.market_id = price.market_id
LEFT JOIN markets AS market ON market.market_id = position.market_id
LEFT JOIN order_books AS book
    ON book.batch_id = price.batch_id AND book.market_id = price.market_id
    AND book.outcome = split_part(position.action, '_', 2)
WHERE position.portfolio_id = %(portfolio_id)s AND position.status = 'open'
    AND (%(position_id)s::bigint IS NULL OR position.id = %(position_id)s::bigint)
ORDER BY position.id;

-- name: select_position_id
-- Read the id of a position, open or closed, where the portfolio has it.
SELECT id FROM portfolio_positions
WHERE portfolio_id = %(portfolio_id)s AND id = %(position_id)s;
