-- name: select_of_portfolios
-- What each open position of these portfolios has at risk.
SELECT portfolio_id, id, market_id, event_id, action, cost_basis FROM portfolio_positions
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]) AND status = 'open';

-- name: lock_markets
-- Lock the sums of these markets, in the order of their ids; a market without a sum gets one.
INSERT INTO market_exposure (market_id)
SELECT market_id FROM unnest(%(market_ids)s::text[]) AS wanted (market_id) ORDER BY market_id
ON CONFLICT (market_id) DO UPDATE SET cost_basis = market_exposure.cost_basis;

-- name: add_markets_of_orders
-- Give a sum to the markets of open orders that have none.
INSERT INTO market_exposure (market_id)
SELECT market_id FROM trading_signals AS signal
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]) AND cycle_id = %(cycle_id)s
    AND NOT executed AND rejection IS NULL
    AND NOT EXISTS (SELECT FROM market_exposure WHERE market_id = signal.market_id)
ORDER BY market_id
ON CONFLICT (market_id) DO NOTHING;

-- name: lock_of_orders
-- Lock and read the sums of these markets, in the order of their ids, and then, without a market,
-- the sum over all: a union is read in its order.
SELECT market_id, cost_basis FROM (
    SELECT market_id, cost_basis FROM market_exposure
    WHERE market_id IN (
        SELECT market_id FROM trading_signals
        WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]) AND cycle_id = %(cycle_id)s
            AND NOT executed AND rejection IS NULL
    )
    ORDER BY market_id
    FOR UPDATE
) AS market
UNION ALL
SELECT NULL, cost_basis FROM (
    SELECT cost_basis FROM capital_in_use WHERE id = 1 FOR UPDATE
) AS capital;

-- name: lock_capital
-- Lock and read the sum over all markets, always after the markets.
SELECT cost_basis FROM capital_in_use WHERE id = 1 FOR UPDATE;

-- name: move
-- Add what was bought to the locked sums, and take what was sold from them.
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
