-- name: select_entries
-- Read a page of a portfolio's ledger, newest first.
SELECT entry_no, timestamp, kind, amount, balance_after, source, ordered_by, reason
FROM cash_ledger
WHERE portfolio_id = %(portfolio_id)s
    AND entry_no < coalesce(%(after_number)s, 2147483648)
    AND timestamp >= coalesce(%(since)s, '-infinity'::timestamptz)
    AND timestamp < coalesce(%(until)s, 'infinity'::timestamptz)
    AND (%(kind)s::text IS NULL OR kind = %(kind)s)
ORDER BY entry_no DESC
LIMIT %(limit)s;

-- name: select_transfers
-- Read a page of the transfers between portfolios, newest first; all of them or those of one.
SELECT
    id AS transfer_id, timestamp, from_portfolio_id, to_portfolio_id, from_name, to_name, amount,
    reason, executed_by, ordered_by
FROM portfolio_rebalancing_log
WHERE id < coalesce(%(after_number)s, 9223372036854775807)
    AND timestamp >= coalesce(%(since)s, '-infinity'::timestamptz)
    AND timestamp < coalesce(%(until)s, 'infinity'::timestamptz)
    AND (
        %(portfolio_id)s::int IS NULL
        OR from_portfolio_id = %(portfolio_id)s OR to_portfolio_id = %(portfolio_id)s
    )
ORDER BY id DESC
LIMIT %(limit)s;
