-- name: select_guarded
-- Read how those of these portfolios stand that have this status and a limit.
SELECT
    portfolio_id, drawdown_limit, drawdown_limit_percent, total_value, total_profit_loss,
    coalesce(index_peak, total_value) AS index_peak,
    coalesce(peak_profit, total_profit_loss) AS peak_profit,
    drawdown_warned_at IS NOT NULL AS is_warned
FROM portfolios
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]) AND status = %(status)s
    AND num_nonnulls(drawdown_limit, drawdown_limit_percent) > 0
ORDER BY portfolio_id;

-- name: note_warnings
-- Note of portfolios when their drawdown came near a limit, or that it no longer is.
UPDATE portfolios SET drawdown_warned_at = %(warned_at)s
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]);

-- name: reset_peaks
-- Let the peaks of portfolios begin anew where they stand.
UPDATE portfolios SET
    peak_profit = total_profit_loss, index_peak = total_value, peak_since = %(now)s,
    drawdown_warned_at = NULL
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]);

-- name: lock_total
-- Lock the row of all portfolios together; transactions that change their sum wait here, last of all locks.
SELECT 1 FROM total_drawdown WHERE id = 1 FOR UPDATE;

-- name: begin_total
-- Begin to watch all portfolios together, unless they are.
INSERT INTO total_drawdown (id, index_peak, peak_profit, peak_since)
SELECT 1, coalesce(sum(total_value), 0), coalesce(sum(total_profit_loss), 0), %(now)s
FROM portfolios
ON CONFLICT (id) DO NOTHING;

-- name: move_total
-- Bring the peaks of all portfolios together in line with their totals, and read how they stand.
UPDATE total_drawdown AS known SET
    index_peak = greatest(known.index_peak, summed.equity),
    peak_profit = greatest(known.peak_profit, summed.profit)
FROM (
    SELECT
        coalesce(sum(total_value), 0) AS equity, coalesce(sum(total_profit_loss), 0) AS profit
    FROM portfolios
) AS summed
WHERE known.id = 1
RETURNING
    summed.equity, summed.profit, known.index_peak, known.peak_profit,
    known.warned_at IS NOT NULL AS is_warned;

-- name: shift_total
-- Move the peaks of all portfolios together along with cash, and with the P&L of what is deleted.
UPDATE total_drawdown AS known SET
    -- As core.portfolio.guards.Standing.after_flow.
    index_peak = CASE
        WHEN summed.equity > %(amount)s AND summed.equity > 0 THEN greatest(
            trunc(least(known.index_peak * summed.equity / (summed.equity - %(amount)s), 1e27), 12),
            summed.equity
        )
        ELSE summed.equity
    END,
    peak_profit = known.peak_profit + %(profit)s
FROM (SELECT coalesce(sum(total_value), 0) AS equity FROM portfolios) AS summed
WHERE known.id = 1;

-- name: note_total_warning
-- Note when the drawdown of all together came near a limit, or that it no longer is.
UPDATE total_drawdown SET warned_at = %(warned_at)s WHERE id = 1;

-- name: reset_total
-- Let the peaks of all portfolios together begin anew where they stand.
UPDATE total_drawdown SET
    index_peak = summed.equity, peak_profit = summed.profit, peak_since = %(now)s, warned_at = NULL
FROM (
    SELECT
        coalesce(sum(total_value), 0) AS equity, coalesce(sum(total_profit_loss), 0) AS profit
    FROM portfolios
) AS summed
WHERE id = 1;
