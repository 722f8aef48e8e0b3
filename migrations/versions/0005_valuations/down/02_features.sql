-- Give back drift and z-score, from the marks of the tape.

SET LOCAL lock_timeout = '10s';

-- Features whose mark is gone from the tape cannot be given back their drift: they go.
ALTER TABLE market_features ADD COLUMN drift NUMERIC(10, 6), ADD COLUMN z_score NUMERIC(20, 6);
UPDATE market_features AS feature SET
    drift = seen.mark - feature.reference_price,
    z_score = round((seen.mark - feature.mean) / nullif(feature.standard_deviation, 0), 6)
FROM market_snapshots AS seen
WHERE seen.batch_id = feature.batch_id AND seen.market_id = feature.market_id;
DELETE FROM market_features WHERE drift IS NULL;
ALTER TABLE market_features ALTER COLUMN drift SET NOT NULL;
COMMENT ON COLUMN market_features.reference_price IS
    'earliest hourly mark of YES within the lookback; drift is the batch''s mark minus this';
COMMENT ON COLUMN market_features.z_score IS
    '(mark - mean) / standard_deviation, null where that is null or 0';
