-- How markets ended, what each batch was asked with, and what it left out.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE market_batches
    ADD COLUMN liquidity_min NUMERIC CHECK (liquidity_min >= 0),
    ADD COLUMN volume_min NUMERIC CHECK (volume_min >= 0),
    ADD COLUMN end_date_min TIMESTAMPTZ,
    ADD COLUMN max_books INTEGER CHECK (max_books >= 0),
    ADD COLUMN unanswered_markets INTEGER NOT NULL DEFAULT 0 CHECK (unanswered_markets >= 0),
    ADD COLUMN books_beyond_max INTEGER NOT NULL DEFAULT 0 CHECK (books_beyond_max >= 0),
    ADD COLUMN unanswered_books INTEGER NOT NULL DEFAULT 0 CHECK (unanswered_books >= 0);
COMMENT ON COLUMN market_batches.liquidity_min IS 'dollars that an event had to have to be listed; null where markets were asked for by id';
COMMENT ON COLUMN market_batches.volume_min IS 'dollars that an event had to have traded to be listed';
COMMENT ON COLUMN market_batches.end_date_min IS 'when an event had to end at the earliest to be listed';
COMMENT ON COLUMN market_batches.max_books IS 'how many books of admitted markets it was to fetch at most';
COMMENT ON COLUMN market_batches.unanswered_markets IS 'asked for by id and not answered, or answered with a row that was skipped';
COMMENT ON COLUMN market_batches.books_beyond_max IS 'books of admitted markets that max_books left out';
COMMENT ON COLUMN market_batches.unanswered_books IS 'asked for and not answered, or answered with a book that was skipped';

-- Wider than before, over a table with one row a fetch.
ALTER TABLE market_batches
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT market_batches_kind_check,
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT market_batches_kind_check CHECK (
        kind IN ('filter', 'price_update', 'backfill', 'recording', 'outcomes')
    );

ALTER TABLE order_books ADD COLUMN listed BOOLEAN NOT NULL DEFAULT true;
COMMENT ON COLUMN order_books.listed IS 'false where only a holding brought it into the batch: no other portfolio may see it';

CREATE TABLE market_outcomes (
    market_id VARCHAR(255) PRIMARY KEY,
    asked_at TIMESTAMPTZ,
    batch_id BIGINT,
    yes_payout NUMERIC(10, 6) CHECK (yes_payout IN (0, 0.5, 1)),
    CHECK ((batch_id IS NULL) = (yes_payout IS NULL)),
    CHECK (num_nonnulls(asked_at, yes_payout) > 0)
);
COMMENT ON TABLE market_outcomes IS 'how each market of the tape ended, and when it was last asked for by id to find out';
COMMENT ON COLUMN market_outcomes.batch_id IS 'the batch that saw the payout';
GRANT SELECT, INSERT, UPDATE ON market_outcomes TO prescient_app;
