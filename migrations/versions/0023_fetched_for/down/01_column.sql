-- Forget what batches were fetched for.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE market_batches DROP COLUMN fetched_for;
