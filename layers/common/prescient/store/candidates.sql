-- name: select_candidates
SELECT
    market.market_id, market.event_id, market.event_title, market.event_end_date,
    market.question, coalesce(event.tags, '{}') AS tags, snapshot.yes_price, snapshot.no_price,
    snapshot.best_bid, snapshot.best_ask, snapshot.mark, snapshot.liquidity, snapshot.volume,
    snapshot.one_day_price_change, market.end_date,
    market.fee_rate, market.fee_exponent, market.tick_size, market.neg_risk,
    coalesce(feature.features, '{}') AS features
FROM market_snapshots AS snapshot
JOIN markets AS market ON market.market_id = snapshot.market_id
LEFT JOIN events AS event ON event.event_id = market.event_id
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(
        lookback_hours,
        jsonb_build_array(reference_price, mean, standard_deviation, observations)
    ) AS features
    FROM market_features AS computed
    WHERE computed.batch_id = snapshot.batch_id AND computed.market_id = snapshot.market_id
) AS feature ON true
WHERE snapshot.batch_id = %(batch_id)s
    AND (snapshot.listed OR %(market_ids)s::text[] IS NOT NULL)
    AND NOT snapshot.closed AND snapshot.accepting_orders
    AND snapshot.yes_price IS NOT NULL AND snapshot.no_price IS NOT NULL
    AND snapshot.mark IS NOT NULL
    AND snapshot.liquidity >= coalesce(%(min_liquidity)s::numeric, 0)
    AND snapshot.volume >= coalesce(%(min_volume)s::numeric, 0)
    AND snapshot.market_conviction >= coalesce(%(min_market_conviction)s::numeric, 0)
    AND snapshot.market_conviction <= coalesce(%(max_market_conviction)s::numeric, 1)
    AND (%(market_ids)s::text[] IS NULL OR snapshot.market_id = ANY (%(market_ids)s::text[]))
ORDER BY snapshot.market_id;

-- name: select_neg_risk_events
SELECT
    event.event_id, event.neg_risk, event.neg_risk_augmented AS augmented,
    event.market_count AS markets,
    coalesce(array_agg(market.market_id) FILTER (WHERE NOT snapshot.closed), '{}') AS open_markets,
    count(*) FILTER (WHERE snapshot.closed AND snapshot.yes_payout = 0)::int AS closed_as_no
FROM market_snapshots AS snapshot
JOIN markets AS market ON market.market_id = snapshot.market_id
JOIN events AS event ON event.event_id = market.event_id AND event.neg_risk
WHERE snapshot.batch_id = %(batch_id)s AND snapshot.listed
GROUP BY event.id;

-- name: select_books
SELECT market_id, outcome, bids, asks FROM order_books
WHERE batch_id = %(batch_id)s
    AND (%(market_ids)s::text[] IS NULL OR market_id = ANY (%(market_ids)s::text[]));
