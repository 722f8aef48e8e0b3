-- name: open_cycle
-- Open a cycle; a key that is there already gives the id of its cycle.
INSERT INTO trading_cycles (cycle_key, kind, execution_name, parameters, status, started_at)
VALUES (%(cycle_key)s, %(kind)s, %(execution_name)s, %(parameters)s, 'running', %(now)s)
ON CONFLICT ON CONSTRAINT trading_cycles_cycle_key_key DO UPDATE SET cycle_key = excluded.cycle_key
RETURNING cycle_id;

-- name: select_cycle
-- Read a cycle.
SELECT
    cycle_id, cycle_key, kind, execution_name, parameters, status, batch_id, started_at,
    decided_at, ended_at, error, counters, shared_depth
FROM trading_cycles
WHERE cycle_id = %(cycle_id)s;

-- name: select_cycle_by_key
-- Read the cycle of a key.
SELECT
    cycle_id, cycle_key, kind, execution_name, parameters, status, batch_id, started_at,
    decided_at, ended_at, error, counters, shared_depth
FROM trading_cycles
WHERE cycle_key = %(cycle_key)s;

-- name: select_latest_cycle_of_portfolio
-- Read a portfolio's newest cycle.
SELECT max(cycle_id) FROM cycle_portfolios WHERE portfolio_id = %(portfolio_id)s;

-- name: decide_on_batch
-- Note which batch a running cycle trades on, how, and when that was decided.
UPDATE trading_cycles SET
    batch_id = %(batch_id)s, decided_at = %(now)s, shared_depth = %(shared_depth)s
WHERE cycle_id = %(cycle_id)s AND status = 'running';

-- name: record_counters
-- Store what a cycle's fetch asked of the exchange and left out.
UPDATE trading_cycles SET counters = %(counters)s WHERE cycle_id = %(cycle_id)s;

-- name: enroll_portfolios
-- Admit portfolios to a cycle, with their configuration and limits of now.
INSERT INTO cycle_portfolios (cycle_id, portfolio_id, status, strategy_config, limits)
SELECT
    %(cycle_id)s, portfolio_id, 'pending', strategy_config,
    jsonb_build_object(
        'max_position_size', max_position_size,
        'max_total_exposure', max_total_exposure,
        'max_positions', max_positions
    )
FROM portfolios
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
ON CONFLICT DO NOTHING;

-- name: select_enrolled
-- Read the portfolios of a cycle.
SELECT portfolio_id FROM cycle_portfolios WHERE cycle_id = %(cycle_id)s ORDER BY portfolio_id;

-- name: select_cycle_portfolios
-- Read the results of portfolios in a cycle.
SELECT
    cycle_id, portfolio_id, status, lease_until, funnel, signals, trades, rejections, equity,
    reason, executed_at
FROM cycle_portfolios
WHERE cycle_id = %(cycle_id)s AND portfolio_id = ANY (%(portfolio_ids)s::int[]);

-- name: end_expired_claim
-- Fail a portfolio's part in another cycle, where its lease has run out.
UPDATE cycle_portfolios SET status = 'failed', reason = 'lease ran out'
WHERE portfolio_id = %(portfolio_id)s AND cycle_id <> %(cycle_id)s
    AND status = 'running' AND lease_until <= %(now)s;

-- name: select_other_claim
-- Read the other cycle that is trading with a portfolio.
SELECT cycle_id FROM cycle_portfolios
WHERE portfolio_id = %(portfolio_id)s AND cycle_id <> %(cycle_id)s AND status = 'running';

-- name: claim
-- Claim a portfolio for a cycle until a moment; no row where its part has ended, or where another
-- cycle is trading with it.
UPDATE cycle_portfolios SET status = 'running', lease_until = %(lease_until)s
WHERE cycle_id = %(cycle_id)s AND portfolio_id = %(portfolio_id)s
    AND status IN ('pending', 'running')
    AND NOT EXISTS (
        SELECT FROM cycle_portfolios AS other
        WHERE other.portfolio_id = %(portfolio_id)s AND other.cycle_id <> %(cycle_id)s
            AND other.status = 'running'
    )
RETURNING cycle_id;

-- name: skip
-- Leave a pending portfolio out of a cycle.
UPDATE cycle_portfolios SET status = 'skipped', reason = %(reason)s, lease_until = NULL
WHERE cycle_id = %(cycle_id)s AND portfolio_id = %(portfolio_id)s AND status = 'pending';

-- name: record_signals
-- Store how a portfolio's candidates were narrowed down and how many signals were made.
UPDATE cycle_portfolios SET funnel = %(funnel)s, signals = %(signals)s
WHERE cycle_id = %(cycle_id)s AND portfolio_id = %(portfolio_id)s;

-- name: complete_portfolio
-- Complete a portfolio's part in a cycle.
UPDATE cycle_portfolios SET status = 'completed', equity = %(equity)s, lease_until = NULL
WHERE cycle_id = %(cycle_id)s AND portfolio_id = %(portfolio_id)s;

-- name: fail_portfolios
-- Fail the parts of portfolios in a cycle, where they have not ended.
UPDATE cycle_portfolios SET status = 'failed', reason = %(reason)s, lease_until = NULL
WHERE cycle_id = %(cycle_id)s AND portfolio_id = ANY (%(portfolio_ids)s::int[])
    AND status IN ('pending', 'running')
RETURNING portfolio_id;

-- name: fail_unfinished
-- Fail every part of a cycle that has not ended.
UPDATE cycle_portfolios SET status = 'failed', reason = %(reason)s, lease_until = NULL
WHERE cycle_id = %(cycle_id)s AND status IN ('pending', 'running');

-- name: close_cycle
-- End a running cycle, with its status and its error.
UPDATE trading_cycles SET status = %(status)s, ended_at = %(now)s, error = %(error)s
WHERE cycle_id = %(cycle_id)s AND status = 'running';

-- name: close_finished
-- End the running manual cycles of these portfolios that have no unfinished part left.
UPDATE trading_cycles AS cycle SET status = 'completed', ended_at = %(now)s
WHERE kind = 'manual' AND status = 'running' AND batch_id IS NOT NULL
    AND EXISTS (
        SELECT FROM cycle_portfolios AS part
        WHERE part.cycle_id = cycle.cycle_id AND part.portfolio_id = ANY (%(portfolio_ids)s::int[])
    )
    AND NOT EXISTS (
        SELECT FROM cycle_portfolios AS part
        WHERE part.cycle_id = cycle.cycle_id AND part.status IN ('pending', 'running')
    );
