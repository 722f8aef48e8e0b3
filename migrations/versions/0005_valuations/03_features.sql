-- Drop the columns of market_features that follow from the others and the mark.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

-- The strategies take both from the mark that they see.
-- squawk-ignore ban-drop-column
ALTER TABLE market_features DROP COLUMN drift, DROP COLUMN z_score;
COMMENT ON COLUMN market_features.reference_price IS 'earliest hourly mark of YES within the lookback';
