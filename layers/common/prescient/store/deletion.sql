-- name: has_history
SELECT EXISTS (SELECT FROM trades WHERE portfolio_id = %(portfolio_id)s) OR EXISTS (
    SELECT FROM cash_ledger
    WHERE portfolio_id = %(portfolio_id)s AND kind IN ('transfer_in', 'transfer_out')
);

-- name: select_invested
SELECT market_id, sum(cost_basis) FROM portfolio_positions
WHERE portfolio_id = %(portfolio_id)s AND status = 'open'
GROUP BY market_id
ORDER BY market_id;

-- name: delete_portfolio
-- Its rows go with it; the rebalancing log keeps the names.
DELETE FROM portfolios WHERE portfolio_id = %(portfolio_id)s;
