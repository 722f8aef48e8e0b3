-- name: select_cycles
-- Read a page of cycles, newest first.
SELECT
    cycle_id, cycle_key, kind, execution_name, parameters, status, batch_id, started_at,
    decided_at, ended_at, error, counters, shared_depth
FROM trading_cycles
WHERE cycle_id < coalesce(%(after_number)s, 9223372036854775807)
    AND started_at >= coalesce(%(since)s, '-infinity'::timestamptz)
    AND started_at < coalesce(%(until)s, 'infinity'::timestamptz)
ORDER BY cycle_id DESC
LIMIT %(limit)s;

-- name: select_cycle_portfolios
-- Read a page of the results of a cycle's portfolios, by id.
SELECT
    result.portfolio_id, portfolio.name AS portfolio_name, portfolio.strategy_type,
    result.status, result.funnel, result.signals, result.trades, result.rejections,
    result.equity, result.reason, result.executed_at
FROM cycle_portfolios AS result
JOIN portfolios AS portfolio USING (portfolio_id)
WHERE result.cycle_id = %(cycle_id)s
    AND result.portfolio_id > coalesce(%(after_number)s, 0)
    AND (%(status)s::text IS NULL OR result.status = %(status)s)
ORDER BY result.portfolio_id
LIMIT %(limit)s;

-- name: sum_up_cycle
-- Sum up the results of a cycle's portfolios.
SELECT
    count(*)::int AS portfolios,
    count(*) FILTER (WHERE status = 'completed')::int AS completed,
    count(*) FILTER (WHERE status = 'failed')::int AS failed,
    count(*) FILTER (WHERE status = 'skipped')::int AS skipped,
    coalesce(sum(trades), 0)::int AS trades
FROM cycle_portfolios
WHERE cycle_id = %(cycle_id)s;

-- name: select_funnels
-- Read a page of a portfolio's results in its cycles, newest first.
SELECT
    result.cycle_id, cycle.started_at, result.status, result.funnel, result.signals,
    result.trades, result.rejections, result.equity, result.reason, result.executed_at
FROM cycle_portfolios AS result
JOIN trading_cycles AS cycle USING (cycle_id)
WHERE result.portfolio_id = %(portfolio_id)s
    AND result.cycle_id < coalesce(%(after_number)s, 9223372036854775807)
    AND cycle.started_at >= coalesce(%(since)s, '-infinity'::timestamptz)
    AND cycle.started_at < coalesce(%(until)s, 'infinity'::timestamptz)
    AND (%(status)s::text IS NULL OR result.status = %(status)s)
ORDER BY result.cycle_id DESC
LIMIT %(limit)s;
