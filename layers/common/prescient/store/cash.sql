-- name: lock_portfolios
SELECT portfolio_id, name, status, current_balance FROM portfolios
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
ORDER BY portfolio_id
FOR UPDATE;

-- name: is_posted
SELECT count(*) FROM cash_ledger
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]) AND source = %(source)s;

-- name: shift_peak
UPDATE portfolios SET
    peak_equity = greatest(peak_equity + given.amount, 0), last_updated = %(now)s
FROM unnest(%(portfolio_ids)s::int[], %(amounts)s::numeric[]) AS given (portfolio_id, amount)
WHERE portfolios.portfolio_id = given.portfolio_id;

-- name: log_transfer
INSERT INTO portfolio_rebalancing_log (
    timestamp, from_portfolio_id, to_portfolio_id, from_name, to_name, amount, reason, executed_by
) VALUES (
    %(now)s, %(from_id)s, %(to_id)s, %(from_name)s, %(to_name)s, %(amount)s, %(reason)s,
    %(executed_by)s
);
