-- The counters of the cycles go.

SET LOCAL lock_timeout = '10s';

ALTER TABLE trading_cycles DROP COLUMN counters;
