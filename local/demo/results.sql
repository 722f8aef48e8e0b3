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


-- name: count_trades
-- Count each portfolio's trades by what became of them; one that made nothing is lost.
SELECT
    portfolio_id,
    count(*) AS trades,
    count(*) FILTER (WHERE status = 'open') AS open,
    count(*) FILTER (WHERE status <> 'open' AND realized_pnl > 0) AS won,
    count(*) FILTER (WHERE status <> 'open' AND realized_pnl <= 0) AS lost
FROM trades
GROUP BY portfolio_id;

-- name: select_extremes
-- Read the best and the worst purchases, the legs of a group as one, open ones at their marks.
WITH purchases AS (
    SELECT
        trade.portfolio_id,
        coalesce(trade.group_id, trade.trade_id) AS purchase,
        min(trade.id) AS first_id,
        count(*) AS legs,
        sum(position.realized_pnl + coalesce(valuation.current_pnl, 0)) AS pnl,
        max(valuation.mark_price) AS mark
    FROM trades AS trade
    JOIN portfolio_positions AS position USING (portfolio_id, trade_id)
    LEFT JOIN position_valuations AS valuation
        ON valuation.portfolio_id = position.portfolio_id AND valuation.position_id = position.id
    GROUP BY trade.portfolio_id, purchase
),
ranked AS (
    SELECT
        purchases.*,
        row_number() OVER (ORDER BY pnl DESC, first_id) AS from_best,
        row_number() OVER (ORDER BY pnl, first_id) AS from_worst
    FROM purchases
)
SELECT
    portfolio.portfolio_id, portfolio.name AS portfolio, trade.market_id,
    CASE WHEN ranked.legs = 1 THEN trade.market_question ELSE trade.event_title END AS market,
    trade.action, trade.entry_price, trade.reason, ranked.legs, ranked.pnl, ranked.mark,
    ended.kind AS exit_kind, ended.price AS exit_price
FROM ranked
JOIN trades AS trade ON trade.id = ranked.first_id
JOIN portfolios AS portfolio ON portfolio.portfolio_id = ranked.portfolio_id
JOIN portfolio_positions AS position
    ON position.portfolio_id = trade.portfolio_id AND position.trade_id = trade.trade_id
LEFT JOIN LATERAL (
    SELECT kind, price FROM position_exits
    WHERE portfolio_id = position.portfolio_id AND position_id = position.id
    ORDER BY timestamp DESC, id DESC
    LIMIT 1
) AS ended ON position.status <> 'open'
WHERE (from_best <= %(count)s AND pnl > 0) OR (from_worst <= %(count)s AND pnl < 0)
ORDER BY pnl DESC, first_id;
