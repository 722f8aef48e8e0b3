-- Give the markets of a batch that can be traded one view.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

-- Markets of a batch that are open and priced. `listed` is false where the batch has them only
-- because they are held.
CREATE VIEW open_markets WITH (security_invoker = true) AS
SELECT
    snapshot.batch_id,
    snapshot.market_id,
    snapshot.listed,
    snapshot.yes_price,
    snapshot.no_price,
    snapshot.best_bid,
    snapshot.best_ask,
    snapshot.mark,
    snapshot.liquidity,
    snapshot.volume,
    snapshot.one_day_price_change,
    snapshot.market_conviction,
    market.event_id,
    market.event_title,
    market.event_end_date,
    market.question,
    market.end_date,
    market.yes_token_id,
    market.no_token_id,
    market.fee_rate,
    market.fee_exponent,
    market.tick_size,
    market.neg_risk,
    coalesce(event.tags, '{}') AS tags
FROM market_snapshots AS snapshot
JOIN markets AS market ON market.market_id = snapshot.market_id
LEFT JOIN events AS event ON event.event_id = market.event_id
WHERE NOT snapshot.closed AND snapshot.accepting_orders
    AND snapshot.yes_price IS NOT NULL AND snapshot.no_price IS NOT NULL
    AND snapshot.mark IS NOT NULL;

GRANT SELECT ON open_markets TO prescient_app, prescient_portfolio;
