-- name: select_changed_events
-- Read which listed events are new, or differ from the stored ones in what readers use.
-- Ids and digests come as JSON: a client writes an array ten times as slowly.
SELECT listed.event_id
FROM json_each_text(%(digests)s) AS listed (event_id, digest)
LEFT JOIN events AS stored ON stored.event_id = listed.event_id
WHERE stored.listing_digest IS DISTINCT FROM listed.digest::uuid;

-- name: upsert_events
-- Store events as the exchange lists them, never over a newer listing.
-- Payloads come in one text: JSON within JSON would be read twice.
INSERT INTO events (
    event_id, title, slug, tags, liquidity, volume, volume24hr, start_date, end_date, neg_risk,
    neg_risk_augmented, market_count, event_data, listing_digest, created_at, updated_at
)
SELECT
    event_id, title, slug, tags, liquidity, volume, volume24hr, start_date, end_date, neg_risk,
    neg_risk_augmented, market_count, event_data::jsonb, listing_digest, %(now)s, %(now)s
FROM ROWS FROM (
    json_to_recordset(%(events)s) AS (
        event_id text, title text, slug text, tags text[], liquidity numeric, volume numeric,
        volume24hr numeric, start_date timestamptz, end_date timestamptz, neg_risk boolean,
        neg_risk_augmented boolean, market_count int, listing_digest uuid
    ),
    string_to_table(%(payloads)s, E'\x1e')
) AS listed (
    event_id, title, slug, tags, liquidity, volume, volume24hr, start_date, end_date, neg_risk,
    neg_risk_augmented, market_count, listing_digest, event_data
)
ORDER BY event_id
ON CONFLICT (event_id) DO UPDATE SET
    title = excluded.title, slug = excluded.slug, tags = excluded.tags,
    liquidity = excluded.liquidity, volume = excluded.volume, volume24hr = excluded.volume24hr,
    start_date = excluded.start_date, end_date = excluded.end_date,
    neg_risk = excluded.neg_risk, neg_risk_augmented = excluded.neg_risk_augmented,
    market_count = excluded.market_count, event_data = excluded.event_data,
    listing_digest = excluded.listing_digest, updated_at = excluded.updated_at
WHERE excluded.updated_at >= events.updated_at;

-- name: select_changed_markets
-- Read which listed markets are new, or differ from the stored ones in what readers use.
-- A market that was fetched without its event says nothing of it. Digests come in one text: no
-- client has to quote each of thousands.
SELECT listed.market_id
FROM ROWS FROM (
    json_array_elements_text(%(market_ids)s), string_to_table(%(digests)s, ','),
    string_to_table(%(event_digests)s, ',')
) AS listed (market_id, digest, event_digest)
LEFT JOIN markets AS stored ON stored.market_id = listed.market_id
WHERE stored.listing_digest IS DISTINCT FROM listed.digest::uuid
    OR stored.event_digest
        IS DISTINCT FROM coalesce(listed.event_digest::uuid, stored.event_digest);

-- name: select_markets
-- Read what markets' rows said before, for those that say less now.
SELECT
    market_id, question, yes_outcome, no_outcome, condition_id, yes_token_id, no_token_id,
    fee_rate, fee_exponent
FROM markets WHERE market_id = ANY (%(market_ids)s::text[]);

-- name: upsert_markets
-- Store markets as the exchange lists them, never over a newer listing.
-- Payloads come in one text: JSON within JSON would be read twice.
INSERT INTO markets (
    market_id, question, event_id, event_title, event_end_date, end_date, yes_outcome, no_outcome,
    condition_id, yes_token_id, no_token_id, identity, tick_size, neg_risk, fee_rate,
    fee_exponent, market_data, listing_digest, event_digest, created_at, updated_at
)
SELECT
    market_id, question, event_id, event_title, event_end_date, end_date, yes_outcome, no_outcome,
    condition_id, yes_token_id, no_token_id, identity, tick_size, neg_risk, fee_rate,
    fee_exponent, market_data::jsonb, listing_digest, event_digest, %(now)s, %(now)s
FROM ROWS FROM (
    json_to_recordset(%(markets)s) AS (
        market_id text, question text, event_id text, event_title text,
        event_end_date timestamptz, end_date timestamptz, yes_outcome text, no_outcome text,
        condition_id text, yes_token_id text, no_token_id text, identity uuid, tick_size numeric,
        neg_risk boolean, fee_rate numeric, fee_exponent numeric, listing_digest uuid,
        event_digest uuid
    ),
    string_to_table(%(payloads)s, E'\x1e')
) AS listed (
    market_id, question, event_id, event_title, event_end_date, end_date, yes_outcome, no_outcome,
    condition_id, yes_token_id, no_token_id, identity, tick_size, neg_risk, fee_rate,
    fee_exponent, listing_digest, event_digest, market_data
)
ORDER BY market_id
ON CONFLICT (market_id) DO UPDATE SET
    question = excluded.question, event_id = coalesce(excluded.event_id, markets.event_id),
    event_title = coalesce(excluded.event_title, markets.event_title),
    event_end_date = coalesce(excluded.event_end_date, markets.event_end_date),
    end_date = coalesce(excluded.end_date, markets.end_date), yes_outcome = excluded.yes_outcome,
    no_outcome = excluded.no_outcome, condition_id = excluded.condition_id,
    yes_token_id = excluded.yes_token_id, no_token_id = excluded.no_token_id,
    identity = excluded.identity,
    tick_size = excluded.tick_size, neg_risk = excluded.neg_risk,
    fee_rate = excluded.fee_rate, fee_exponent = excluded.fee_exponent,
    market_data = excluded.market_data, listing_digest = excluded.listing_digest,
    event_digest = coalesce(excluded.event_digest, markets.event_digest),
    updated_at = excluded.updated_at
WHERE excluded.updated_at >= markets.updated_at;
