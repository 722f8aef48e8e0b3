-- Ask for shares of every new exit again; those that were written off unknown stay as they are.

SET LOCAL lock_timeout = '10s';

COMMENT ON COLUMN position_exits.shares IS NULL;
ALTER TABLE position_exits
    DROP CONSTRAINT position_exits_shares_check,
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT position_exits_shares_check CHECK (shares > 0) NOT VALID;
