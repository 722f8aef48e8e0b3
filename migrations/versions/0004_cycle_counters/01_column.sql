-- A cycle's row keeps what its fetch asked of the exchange and left out.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE trading_cycles ADD COLUMN counters JSONB NOT NULL DEFAULT '{}';
COMMENT ON COLUMN trading_cycles.counters IS 'those of its last fetch, one that failed included';
