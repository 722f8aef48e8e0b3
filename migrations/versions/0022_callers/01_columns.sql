-- Who asked for a movement of cash, a transfer or a change, and why.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE cash_ledger
    ADD COLUMN ordered_by TEXT,
    ADD COLUMN reason TEXT;
ALTER TABLE portfolio_rebalancing_log ADD COLUMN ordered_by TEXT;
ALTER TABLE portfolios ADD COLUMN changed_by TEXT;
COMMENT ON COLUMN cash_ledger.ordered_by IS 'whose token asked for it: a user or a client; null where the system moved it';
COMMENT ON COLUMN portfolio_rebalancing_log.ordered_by IS 'whose token asked for it; null where the system did';
COMMENT ON COLUMN portfolios.changed_by IS 'whose token asked for the last change of a setting';
