-- name: select_admitted
SELECT market.market_id, market.yes_token_id, market.no_token_id
FROM market_snapshots AS snapshot
JOIN markets AS market ON market.market_id = snapshot.market_id
LEFT JOIN events AS event ON event.event_id = market.event_id
WHERE snapshot.batch_id = %(batch_id)s AND snapshot.listed
    AND NOT snapshot.closed AND snapshot.accepting_orders
    AND snapshot.yes_price IS NOT NULL AND snapshot.no_price IS NOT NULL
    AND snapshot.mark IS NOT NULL
    AND snapshot.liquidity >= coalesce(%(min_liquidity)s::numeric, 0)
    AND snapshot.volume >= coalesce(%(min_volume)s::numeric, 0)
    AND snapshot.market_conviction >= coalesce(%(min_market_conviction)s::numeric, 0)
    AND snapshot.market_conviction <= coalesce(%(max_market_conviction)s::numeric, 1)
    AND EXISTS (
        SELECT FROM jsonb_to_recordset(%(admissions)s) AS admission (
            market_types text[], min_liquidity numeric, min_volume numeric, max_spread numeric,
            earliest_end timestamptz
        )
        WHERE snapshot.liquidity >= admission.min_liquidity
            AND snapshot.volume >= admission.min_volume
            AND coalesce(snapshot.best_ask - snapshot.best_bid, 0) <= admission.max_spread
            AND market.end_date >= admission.earliest_end
            AND (
                admission.market_types = '{}'
                OR admission.market_types && coalesce(event.tags, '{}')
            )
    )
ORDER BY snapshot.liquidity DESC, snapshot.market_id;
