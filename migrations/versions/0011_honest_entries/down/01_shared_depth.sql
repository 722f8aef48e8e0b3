-- The shared depth goes.

SET LOCAL lock_timeout = '10s';

DROP TABLE taken_depth;
ALTER TABLE trades DROP COLUMN shared_depth;
ALTER TABLE trading_cycles DROP COLUMN shared_depth;
