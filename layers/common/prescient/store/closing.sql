-- name: select_open_positions
-- All of the portfolio's, or the one that is named. A market that was never read has no bid.
SELECT
    position.id AS position_id, position.portfolio_id, position.market_id, position.action,
    position.shares, position.cost_basis, coalesce(market.fee_rate, 0) AS fee_rate,
    coalesce(market.fee_exponent, 1) AS fee_exponent,
    coalesce(
        CASE
            WHEN price.closed OR NOT price.accepting_orders THEN 0
            WHEN position.action = 'buy_yes' THEN price.best_bid
            ELSE 1 - price.best_ask
        END,
        0
    ) AS bid
FROM portfolio_positions AS position
LEFT JOIN market_prices AS price ON price.market_id = position.market_id
LEFT JOIN markets AS market ON market.market_id = position.market_id
WHERE position.portfolio_id = %(portfolio_id)s AND position.status = 'open'
    AND (%(position_id)s::bigint IS NULL OR position.id = %(position_id)s::bigint)
ORDER BY position.id;
