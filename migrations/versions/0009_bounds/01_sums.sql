-- Give the sums over all portfolios room for many portfolios at the bound of a balance.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

-- More digits before the point rewrite nothing.
-- squawk-ignore changing-column-type
ALTER TABLE capital_in_use ALTER COLUMN cost_basis TYPE NUMERIC(20, 2);
-- squawk-ignore changing-column-type
ALTER TABLE market_exposure ALTER COLUMN cost_basis TYPE NUMERIC(20, 2);
