-- name: select_open_positions
-- Read open positions, each with the bid that it can be closed at.
-- All of the portfolio's, or the one that is named. A market that was never read has no bid.
SELECT
    position.position_id, position.portfolio_id, position.market_id, position.action,
    position.shares, position.cost_basis, coalesce(market.fee_rate, 0) AS fee_rate,
    coalesce(market.fee_exponent, 1) AS fee_exponent,
    CASE WHEN position.tradable THEN position.bid ELSE 0 END AS bid, position.identity_changed
FROM position_valuations AS position
LEFT JOIN markets AS market ON market.market_id = position.market_id
WHERE position.portfolio_id = %(portfolio_id)s
    AND (%(position_id)s::bigint IS NULL OR position.position_id = %(position_id)s::bigint)
ORDER BY position.position_id;
