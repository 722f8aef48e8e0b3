-- name: lock_members
-- The portfolios that take part in rebalancing, with the volatility that their metrics told last. Only
-- deposits and withdrawals are flows of their own.
SELECT
    owner.portfolio_id, owner.total_value AS equity, owner.current_balance AS cash,
    (owner.strategy_config ->> 'rebalance_threshold')::numeric AS threshold,
    owner.initial_balance,
    coalesce((owner.strategy_config ->> 'rebalance_weight')::numeric, 1) AS fixed_weight,
    (
        SELECT coalesce(sum(entry.amount), 0)
        FROM cash_ledger AS entry
        WHERE entry.portfolio_id = owner.portfolio_id
            AND entry.kind IN ('deposit', 'withdrawal')
    ) AS net_flows,
    known.volatility, known.days, known.calculated_at AS measured_at
FROM portfolios AS owner
LEFT JOIN portfolio_performance_cache AS known ON known.portfolio_id = owner.portfolio_id
WHERE owner.status = 'active' AND owner.strategy_config ->> 'rebalance_threshold' IS NOT NULL
ORDER BY owner.portfolio_id
FOR UPDATE OF owner;
