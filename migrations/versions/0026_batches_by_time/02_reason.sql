-- Every exit by hand has a reason now, as a write-off had.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

COMMENT ON COLUMN position_exits.reason IS 'why it was ended by hand';
