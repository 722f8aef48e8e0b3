-- name: lock_members
SELECT
    portfolio_id, initial_balance AS weight, current_balance AS cash,
    current_balance + total_invested + total_profit_loss - realized_pnl AS equity,
    (strategy_config ->> 'rebalance_threshold')::numeric AS threshold
FROM portfolios
WHERE status = 'active' AND strategy_config ->> 'rebalance_threshold' IS NOT NULL
ORDER BY portfolio_id
FOR UPDATE;
