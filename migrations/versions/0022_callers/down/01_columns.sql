-- Forget who asked for movements of cash, transfers and changes.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE portfolios DROP COLUMN changed_by;
ALTER TABLE portfolio_rebalancing_log DROP COLUMN ordered_by;
ALTER TABLE cash_ledger
    DROP COLUMN reason,
    DROP COLUMN ordered_by;
