-- name: select_latest_batch
SELECT max(started_at) FROM market_batches WHERE status = 'complete';

-- name: select_strategies
SELECT
    coalesce(signal.strategy_type, 'unknown') AS strategy_type,
    count(*) AS trades,
    count(*) FILTER (WHERE trade.status = 'open') AS open,
    count(*) FILTER (WHERE trade.status <> 'open' AND trade.realized_pnl > 0) AS won,
    count(*) FILTER (WHERE trade.status <> 'open' AND trade.realized_pnl < 0) AS lost,
    coalesce(sum(trade.realized_pnl), 0) AS realized_pnl
FROM trades AS trade
LEFT JOIN trading_signals AS signal
    ON signal.portfolio_id = trade.portfolio_id AND signal.trade_id = trade.trade_id
GROUP BY 1
ORDER BY 1;

-- name: count_rejections
SELECT portfolio_id, rejection AS kind, count(*) AS count FROM trading_signals
WHERE rejection IS NOT NULL
GROUP BY portfolio_id, rejection;

-- name: count_exits
SELECT portfolio_id, kind, count(*) AS count FROM position_exits GROUP BY portfolio_id, kind;

-- name: count_settlements
SELECT portfolio_id, trim_scale(price)::text AS kind, count(*) AS count FROM position_exits
WHERE kind = 'settlement'
GROUP BY portfolio_id, price;
