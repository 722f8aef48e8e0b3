-- The sums are as wide as a portfolio's own again; one that does not fit stops this.

SET LOCAL lock_timeout = '10s';

-- squawk-ignore changing-column-type
ALTER TABLE market_exposure ALTER COLUMN cost_basis TYPE NUMERIC(15, 2);
-- squawk-ignore changing-column-type
ALTER TABLE capital_in_use ALTER COLUMN cost_basis TYPE NUMERIC(15, 2);
