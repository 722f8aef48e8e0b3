-- Say when rows of schema v1 were written, in databases whose revision 2 left it out.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE portfolio_history ADD COLUMN IF NOT EXISTS created_at TIMESTAMPTZ;
ALTER TABLE portfolio_history ALTER COLUMN created_at SET DEFAULT now();
ALTER TABLE portfolio_snapshots ADD COLUMN IF NOT EXISTS created_at TIMESTAMPTZ;
ALTER TABLE signal_archives ADD COLUMN IF NOT EXISTS created_at TIMESTAMPTZ;
