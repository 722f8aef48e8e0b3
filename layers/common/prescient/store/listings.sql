-- name: select_changed_events
-- Read which listed events are new, or differ from the stored ones in what readers use.
SELECT listed.event_id
FROM json_to_recordset(%(listed)s::json) AS listed (
    event_id text, title text, slug text, tags text[], end_date timestamptz, neg_risk boolean,
    neg_risk_augmented boolean, market_count int
)
LEFT JOIN events AS stored ON stored.event_id = listed.event_id
WHERE stored.event_id IS NULL OR (
    stored.title, stored.slug, stored.tags, stored.end_date, stored.neg_risk,
    stored.neg_risk_augmented, stored.market_count
) IS DISTINCT FROM (
    listed.title, listed.slug, listed.tags, listed.end_date, listed.neg_risk,
    listed.neg_risk_augmented, listed.market_count
);

-- name: upsert_events
-- Store events as the exchange lists them, never over a newer listing.
INSERT INTO events (
    event_id, title, slug, tags, liquidity, volume, volume24hr, start_date, end_date, neg_risk,
    neg_risk_augmented, market_count, event_data, created_at, updated_at
)
SELECT
    event_id, title, slug, tags, liquidity, volume, volume24hr, start_date, end_date, neg_risk,
    neg_risk_augmented, market_count, event_data, %(now)s, %(now)s
FROM jsonb_to_recordset(%(events)s) AS listed (
    event_id text, title text, slug text, tags text[], liquidity numeric, volume numeric,
    volume24hr numeric, start_date timestamptz, end_date timestamptz, neg_risk boolean,
    neg_risk_augmented boolean, market_count int, event_data jsonb
)
ORDER BY event_id
ON CONFLICT (event_id) DO UPDATE SET
    title = excluded.title, slug = excluded.slug, tags = excluded.tags,
    liquidity = excluded.liquidity, volume = excluded.volume, volume24hr = excluded.volume24hr,
    start_date = excluded.start_date, end_date = excluded.end_date,
    neg_risk = excluded.neg_risk, neg_risk_augmented = excluded.neg_risk_augmented,
    market_count = excluded.market_count, event_data = excluded.event_data,
    updated_at = excluded.updated_at
WHERE excluded.updated_at >= events.updated_at;

-- name: select_changed_markets
-- Read which listed markets are new, or differ from the stored ones in what readers use.
SELECT listed.market_id
FROM json_to_recordset(%(listed)s::json) AS listed (
    market_id text, question text, event_id text, event_title text, event_end_date timestamptz,
    end_date timestamptz, yes_outcome text, no_outcome text, condition_id text, yes_token_id text,
    no_token_id text, tick_size numeric(10, 6), neg_risk boolean, fee_rate numeric(10, 6),
    fee_exponent numeric(10, 6)
)
LEFT JOIN markets AS stored ON stored.market_id = listed.market_id
WHERE stored.market_id IS NULL OR (
    stored.question, stored.event_id, stored.event_title, stored.event_end_date, stored.end_date,
    stored.yes_outcome, stored.no_outcome, stored.condition_id, stored.yes_token_id,
    stored.no_token_id, stored.tick_size, stored.neg_risk, stored.fee_rate, stored.fee_exponent
) IS DISTINCT FROM (
    listed.question, coalesce(listed.event_id, stored.event_id),
    coalesce(listed.event_title, stored.event_title),
    coalesce(listed.event_end_date, stored.event_end_date), listed.end_date,
    listed.yes_outcome, listed.no_outcome, listed.condition_id, listed.yes_token_id,
    listed.no_token_id, listed.tick_size, listed.neg_risk, listed.fee_rate, listed.fee_exponent
);

-- name: select_markets
-- Read what markets' rows said before, for those that say less now.
SELECT
    market_id, question, yes_outcome, no_outcome, condition_id, yes_token_id, no_token_id,
    fee_rate, fee_exponent
FROM markets WHERE market_id = ANY (%(market_ids)s::text[]);

-- name: upsert_markets
-- Store markets as the exchange lists them, never over a newer listing.
INSERT INTO markets (
    market_id, question, event_id, event_title, event_end_date, end_date, yes_outcome, no_outcome,
    condition_id, yes_token_id, no_token_id, identity, tick_size, neg_risk, fee_rate,
    fee_exponent, market_data, created_at, updated_at
)
SELECT
    market_id, question, event_id, event_title, event_end_date, end_date, yes_outcome, no_outcome,
    condition_id, yes_token_id, no_token_id, identity, tick_size, neg_risk, fee_rate,
    fee_exponent, market_data, %(now)s, %(now)s
FROM jsonb_to_recordset(%(markets)s) AS listed (
    market_id text, question text, event_id text, event_title text, event_end_date timestamptz,
    end_date timestamptz, yes_outcome text, no_outcome text, condition_id text, yes_token_id text,
    no_token_id text, identity uuid, tick_size numeric, neg_risk boolean, fee_rate numeric,
    fee_exponent numeric, market_data jsonb
)
ORDER BY market_id
ON CONFLICT (market_id) DO UPDATE SET
    question = excluded.question, event_id = coalesce(excluded.event_id, markets.event_id),
    event_title = coalesce(excluded.event_title, markets.event_title),
    event_end_date = coalesce(excluded.event_end_date, markets.event_end_date),
    end_date = excluded.end_date, yes_outcome = excluded.yes_outcome,
    no_outcome = excluded.no_outcome, condition_id = excluded.condition_id,
    yes_token_id = excluded.yes_token_id, no_token_id = excluded.no_token_id,
    identity = excluded.identity,
    tick_size = excluded.tick_size, neg_risk = excluded.neg_risk,
    fee_rate = excluded.fee_rate, fee_exponent = excluded.fee_exponent,
    market_data = excluded.market_data, updated_at = excluded.updated_at
WHERE excluded.updated_at >= markets.updated_at;
