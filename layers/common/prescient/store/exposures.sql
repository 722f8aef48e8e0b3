-- name: lock_market_exposure
INSERT INTO market_exposure (market_id)
SELECT market_id FROM unnest(%(market_ids)s::text[]) AS wanted (market_id) ORDER BY market_id
ON CONFLICT (market_id) DO UPDATE SET cost_basis = market_exposure.cost_basis
RETURNING market_id, cost_basis;

-- name: lock_capital
SELECT cost_basis FROM capital_in_use WHERE id = 1 FOR UPDATE;

-- name: move
WITH change AS (
    SELECT market_id, sum(cost_basis) AS cost_basis
    FROM unnest(%(market_ids)s::text[], %(cost_bases)s::numeric[]) AS given (market_id, cost_basis)
    GROUP BY market_id
), market AS (
    UPDATE market_exposure SET cost_basis = market_exposure.cost_basis + change.cost_basis
    FROM change WHERE market_exposure.market_id = change.market_id
)
UPDATE capital_in_use SET
    cost_basis = cost_basis + (SELECT coalesce(sum(change.cost_basis), 0) FROM change)
WHERE id = 1;
