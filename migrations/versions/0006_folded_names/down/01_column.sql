-- Names are unique as they are written again.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE portfolios DROP COLUMN folded_name;
