-- name: select_admitted
-- Read the markets of a batch that some portfolio could trade, the deepest first.
SELECT
    market.market_id, market.yes_token_id, market.no_token_id, market.best_bid, market.best_ask
FROM open_markets AS market
WHERE market.batch_id = %(batch_id)s AND market.listed AND market.has_prices
    AND market.liquidity >= %(min_liquidity)s AND market.volume >= %(min_volume)s
    AND market.market_conviction BETWEEN %(min_market_conviction)s AND %(max_market_conviction)s
    AND EXISTS (
        SELECT FROM jsonb_to_recordset(%(admissions)s) AS admission (
            market_types text[], min_liquidity numeric, min_volume numeric, max_spread numeric,
            earliest_end timestamptz
        )
        WHERE market.liquidity >= admission.min_liquidity
            AND market.volume >= admission.min_volume
            AND coalesce(market.best_ask - market.best_bid, 0) <= admission.max_spread
            AND market.end_date >= admission.earliest_end
            AND (admission.market_types = '{}' OR admission.market_types && market.tags)
    )
ORDER BY market.liquidity DESC, market.market_id;

-- name: select_held
-- Read the open markets of a batch that some portfolio holds, admitted or not.
SELECT
    market.market_id, market.yes_token_id, market.no_token_id, snapshot.best_bid, snapshot.best_ask
FROM market_snapshots AS snapshot
JOIN markets AS market ON market.market_id = snapshot.market_id
WHERE snapshot.batch_id = %(batch_id)s AND NOT snapshot.closed
    AND snapshot.market_id IN (
        SELECT market_id FROM portfolio_positions WHERE status = 'open'
    )
ORDER BY snapshot.market_id;
