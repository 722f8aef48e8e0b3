-- A year has a hundred thousand batches, of which readers want the newest of a kind.
-- squawk-ignore-file require-concurrent-index-creation

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

CREATE INDEX idx_market_batches_listings ON market_batches (started_at)
    WHERE kind = 'filter' AND status = 'complete';
CREATE INDEX idx_market_batches_completed_at ON market_batches (completed_at)
    WHERE status = 'complete';
