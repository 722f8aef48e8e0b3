-- What a filter's batch was fetched for.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE market_batches ADD COLUMN fetched_for JSONB;
COMMENT ON COLUMN market_batches.fetched_for IS 'what its cycle needed of it: thresholds, what buyers ask, lookbacks, sellers';
