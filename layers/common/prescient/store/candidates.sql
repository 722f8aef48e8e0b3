-- name: select_candidates
-- Read the tradable markets of a batch with their features, by thresholds or by id.
SELECT
    market.market_id, market.event_id, market.event_title, market.event_end_date,
    market.question, market.tags, market.yes_price, market.no_price, market.best_bid,
    market.best_ask, market.mark, market.liquidity, market.volume, market.one_day_price_change,
    market.end_date, market.fee_rate, market.fee_exponent, market.tick_size, market.neg_risk,
    market.resolution_status,
    coalesce(feature.features, '{}') AS features
FROM open_markets AS market
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(
        lookback_hours,
        jsonb_build_object(
            'reference_price', reference_price, 'mean', mean,
            'standard_deviation', standard_deviation, 'observations', observations
        )
    ) AS features
    FROM market_features AS computed
    WHERE computed.batch_id = market.batch_id AND computed.market_id = market.market_id
) AS feature ON true
WHERE market.batch_id = %(batch_id)s
    AND (market.listed OR %(market_ids)s::text[] IS NOT NULL)
    AND market.liquidity >= %(min_liquidity)s AND market.volume >= %(min_volume)s
    AND market.market_conviction BETWEEN %(min_market_conviction)s AND %(max_market_conviction)s
    AND (%(market_ids)s::text[] IS NULL OR market.market_id = ANY (%(market_ids)s::text[]))
ORDER BY market.market_id;

-- name: select_neg_risk_events
-- Read the events of a batch of which exactly one outcome wins, and their open markets.
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
-- Read the order books of a batch, as text that is read level by level.
SELECT market_id, outcome, bids::text AS bids, asks::text AS asks FROM order_books
WHERE batch_id = %(batch_id)s AND (listed OR %(market_ids)s::text[] IS NOT NULL)
    AND (%(market_ids)s::text[] IS NULL OR market_id = ANY (%(market_ids)s::text[]));
