-- name: post
-- Post entries to the ledgers of portfolios, and move their balances by them.
WITH entry AS (
    SELECT
        portfolio_id, kind, amount, source, ordered_by, reason,
        row_number() OVER same AS place, sum(amount) OVER same AS moved
    FROM unnest(
        %(portfolio_ids)s::int[], %(kinds)s::text[], %(amounts)s::numeric[], %(sources)s::text[],
        %(callers)s::text[], %(reasons)s::text[]
    ) WITH ORDINALITY AS given (portfolio_id, kind, amount, source, ordered_by, reason, n)
    WINDOW same AS (PARTITION BY portfolio_id ORDER BY n)
), balance AS (
    UPDATE portfolios SET current_balance = portfolios.current_balance + total.amount
    FROM (SELECT portfolio_id, sum(amount) AS amount FROM entry GROUP BY portfolio_id) AS total
    WHERE portfolios.portfolio_id = total.portfolio_id
)
INSERT INTO cash_ledger (
    portfolio_id, entry_no, kind, amount, balance_after, source, timestamp, ordered_by, reason
)
SELECT
    entry.portfolio_id, coalesce(newest.entry_no, 0) + entry.place, entry.kind, entry.amount,
    portfolio.current_balance + entry.moved, entry.source, %(now)s, entry.ordered_by, entry.reason
FROM entry
JOIN portfolios AS portfolio USING (portfolio_id)
CROSS JOIN LATERAL (
    SELECT max(entry_no) AS entry_no FROM cash_ledger WHERE portfolio_id = entry.portfolio_id
) AS newest;
