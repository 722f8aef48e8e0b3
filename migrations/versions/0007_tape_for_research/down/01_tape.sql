-- The outcomes go, with the batches of kinds that the code before does not know.

SET LOCAL lock_timeout = '10s';

DROP TABLE market_outcomes;
ALTER TABLE order_books DROP COLUMN listed;
DELETE FROM market_batches WHERE kind IN ('recording', 'outcomes');
ALTER TABLE market_batches
    DROP CONSTRAINT market_batches_kind_check,
    ADD CONSTRAINT market_batches_kind_check
        CHECK (kind IN ('filter', 'price_update', 'backfill')),
    DROP COLUMN liquidity_min,
    DROP COLUMN volume_min,
    DROP COLUMN end_date_min,
    DROP COLUMN max_books,
    DROP COLUMN unanswered_markets,
    DROP COLUMN books_beyond_max,
    DROP COLUMN unanswered_books;
