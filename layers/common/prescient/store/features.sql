-- name: compute_features
-- Store the statistics of each market's hourly marks over each lookback.
INSERT INTO market_features (
    batch_id, market_id, lookback_hours, reference_price, mean, standard_deviation, observations
)
SELECT
    present.batch_id, present.market_id, lookback_hours, past.reference_price, past.mean,
    past.standard_deviation, past.observations
FROM market_batches AS batch
JOIN unnest(%(market_ids)s::text[]) AS wanted (market_id) ON true
JOIN market_snapshots AS present
    ON present.batch_id = batch.batch_id AND present.market_id = wanted.market_id
CROSS JOIN unnest(%(lookbacks)s::int[]) AS lookback (lookback_hours)
CROSS JOIN LATERAL (
    SELECT
        (array_agg(hourly.mark ORDER BY hourly.hour))[1] AS reference_price,
        round(avg(hourly.mark), 6) AS mean,
        round(stddev_samp(hourly.mark), 6) AS standard_deviation,
        count(*) AS observations
    FROM market_hours AS hourly
    WHERE hourly.market_id = present.market_id
        -- Hours of another market that had the same id are no history of this one.
        AND (hourly.identity = present.identity) IS NOT FALSE
        -- Hours find the rows by the key; the moments decide.
        AND hourly.hour > batch.started_at - make_interval(hours => lookback_hours + 1)
        AND hourly.hour <= batch.started_at
        AND hourly.observed_at >= batch.started_at - make_interval(hours => lookback_hours)
        AND hourly.observed_at < batch.started_at
) AS past
WHERE batch.batch_id = %(batch_id)s AND present.mark IS NOT NULL AND past.observations > 0;

-- name: record_hours
-- Store a batch's marks as those of its hour, where they are newer.
INSERT INTO market_hours (market_id, hour, observed_at, mark, identity)
SELECT market_id, date_trunc('hour', timestamp, 'UTC'), timestamp, mark, identity
FROM market_snapshots
WHERE batch_id = %(batch_id)s AND listed AND NOT closed AND mark IS NOT NULL
ORDER BY market_id
ON CONFLICT (market_id, hour) DO UPDATE SET
    observed_at = excluded.observed_at, mark = excluded.mark, identity = excluded.identity
WHERE excluded.observed_at > market_hours.observed_at;
