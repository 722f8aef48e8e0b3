-- Batches are found by their start alone.
-- squawk-ignore-file require-concurrent-index-deletion

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

DROP INDEX idx_market_batches_listings;
DROP INDEX idx_market_batches_completed_at;
