-- name: lock_members
-- The portfolios that take part in rebalancing. Only deposits and withdrawals are flows of their own.
SELECT
    portfolio_id, total_value AS equity, current_balance AS cash,
    (strategy_config ->> 'rebalance_threshold')::numeric AS threshold, initial_balance,
    coalesce((strategy_config ->> 'rebalance_weight')::numeric, 1) AS fixed_weight,
    (
        SELECT coalesce(sum(entry.amount), 0)
        FROM cash_ledger AS entry
        WHERE entry.portfolio_id = portfolios.portfolio_id
            AND entry.kind IN ('deposit', 'withdrawal')
    ) AS net_flows
FROM portfolios
WHERE status = 'active' AND strategy_config ->> 'rebalance_threshold' IS NOT NULL
ORDER BY portfolio_id
FOR UPDATE;

-- name: select_days
-- The equity of each day since a date, with all that had been paid in or out until its moment.
SELECT
    history.portfolio_id, history.total_value AS equity,
    coalesce(sum(entry.amount), 0) AS flows
FROM portfolio_history AS history
LEFT JOIN cash_ledger AS entry
    ON entry.portfolio_id = history.portfolio_id
    AND entry.timestamp <= history.timestamp
    AND entry.kind = ANY (%(flow_kinds)s::text[])
WHERE history.portfolio_id = ANY (%(portfolio_ids)s::int[]) AND history.snapshot_date >= %(since)s
GROUP BY history.portfolio_id, history.snapshot_date, history.total_value
ORDER BY history.portfolio_id, history.snapshot_date;
