-- name: lock_portfolios
-- Lock portfolios, and read their status and balance.
SELECT portfolio_id, status, current_balance, valuation_error IS NULL AS is_valued
FROM portfolios
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
ORDER BY portfolio_id
FOR UPDATE;

-- name: select_posted
-- Read what these sources have moved already in the ledgers of these portfolios.
SELECT portfolio_id, source, amount FROM cash_ledger
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]) AND source = ANY (%(sources)s::text[]);

-- name: log_transfers
-- Add transfers between portfolios to the rebalancing log.
INSERT INTO portfolio_rebalancing_log (
    timestamp, from_portfolio_id, to_portfolio_id, from_name, to_name, amount, reason, executed_by,
    ordered_by
)
SELECT
    %(now)s, giver.portfolio_id, taker.portfolio_id, giver.name, taker.name, given.amount,
    given.reason, given.executed_by, given.ordered_by
FROM unnest(
    %(from_ids)s::int[], %(to_ids)s::int[], %(amounts)s::numeric[], %(reasons)s::text[],
    %(executors)s::text[], %(callers)s::text[]
) AS given (from_id, to_id, amount, reason, executed_by, ordered_by)
JOIN portfolios AS giver ON giver.portfolio_id = given.from_id
JOIN portfolios AS taker ON taker.portfolio_id = given.to_id;
