-- Names that look the same are the same: the core folds a name, the database keeps it unique.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE portfolios ADD COLUMN folded_name TEXT;
COMMENT ON COLUMN portfolios.folded_name IS
'the name in NFKC and casefold; with the id appended where an older portfolio had the same before';
-- The table has a row a portfolio, and the column is still empty.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX portfolios_folded_name_key ON portfolios (folded_name);
