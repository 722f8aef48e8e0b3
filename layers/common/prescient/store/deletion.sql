-- name: has_history
-- Answer whether a portfolio traded or took part in a transfer.
SELECT EXISTS (SELECT FROM trades WHERE portfolio_id = %(portfolio_id)s) OR EXISTS (
    SELECT FROM cash_ledger
    WHERE portfolio_id = %(portfolio_id)s AND kind IN ('transfer_in', 'transfer_out')
);

-- name: select_invested
-- Read what a portfolio has in each market, in dollars of cost.
SELECT market_id, sum(cost_basis) FROM portfolio_positions
WHERE portfolio_id = %(portfolio_id)s AND status = 'open'
GROUP BY market_id
ORDER BY market_id;

-- name: delete_portfolio
-- Delete a portfolio.
-- Its rows go with it; the rebalancing log keeps the names.
DELETE FROM portfolios WHERE portfolio_id = %(portfolio_id)s;
