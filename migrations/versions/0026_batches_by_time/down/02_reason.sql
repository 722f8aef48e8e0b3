-- Only a write-off had a reason.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

COMMENT ON COLUMN position_exits.reason IS 'why a position was written off';
