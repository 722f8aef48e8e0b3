-- name: select_position
SELECT
    position.id AS position_id, position.portfolio_id, position.market_id, position.action,
    position.shares, position.cost_basis, market.fee_rate, market.fee_exponent,
    coalesce(
        CASE position.action WHEN 'buy_yes' THEN price.best_bid ELSE 1 - price.best_ask END, 0
    ) AS bid,
    price.accepting_orders AND NOT price.closed AS tradable
FROM portfolio_positions AS position
JOIN market_prices AS price ON price.market_id = position.market_id
JOIN markets AS market ON market.market_id = position.market_id
WHERE position.portfolio_id = %(portfolio_id)s AND position.id = %(position_id)s
    AND position.status = 'open';
