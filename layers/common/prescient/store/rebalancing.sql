-- name: lock_members
-- The portfolios that take part in rebalancing.
SELECT
    portfolio_id, initial_balance AS weight, current_balance AS cash,
    total_value AS equity,
    (strategy_config ->> 'rebalance_threshold')::numeric AS threshold
FROM portfolios
WHERE status = 'active' AND strategy_config ->> 'rebalance_threshold' IS NOT NULL
ORDER BY portfolio_id
FOR UPDATE;
