-- name: select_suspects
-- Read the running cycles that began within a span and of whose claims none holds.
SELECT
    cycle_id, cycle_key, kind, execution_name, parameters, status, batch_id, started_at,
    decided_at, ended_at, error, counters, shared_depth
FROM trading_cycles AS cycle
WHERE status = 'running' AND started_at >= %(since)s AND started_at <= %(until)s
    AND NOT EXISTS (
        SELECT FROM cycle_portfolios AS part
        WHERE part.cycle_id = cycle.cycle_id AND part.status = 'running'
            AND part.lease_until > %(now)s
    )
ORDER BY cycle_id;

-- name: fail_unclaimed
-- Fail every part of a cycle that has not ended and whose claim does not hold, if it has one.
UPDATE cycle_portfolios SET status = 'failed', reason = %(reason)s, lease_until = NULL
WHERE cycle_id = %(cycle_id)s
    AND (status = 'pending' OR (status = 'running' AND lease_until <= %(now)s))
RETURNING portfolio_id;

-- name: close_unclaimed
-- End a running cycle, with its status and its error, unless a part of it has not ended.
UPDATE trading_cycles SET status = %(status)s, ended_at = %(now)s, error = %(error)s
WHERE cycle_id = %(cycle_id)s AND status = 'running'
    AND NOT EXISTS (
        SELECT FROM cycle_portfolios AS part
        WHERE part.cycle_id = %(cycle_id)s AND part.status IN ('pending', 'running')
    )
RETURNING cycle_id;
