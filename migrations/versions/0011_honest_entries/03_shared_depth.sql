-- Depth that the portfolios of a cycle share: what one took is gone for the next.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE trading_cycles ADD COLUMN shared_depth BOOLEAN NOT NULL DEFAULT false;
COMMENT ON COLUMN trading_cycles.shared_depth IS 'whether its portfolios take from the same books, else each from its own copy';

ALTER TABLE trades ADD COLUMN shared_depth BOOLEAN NOT NULL DEFAULT false;
COMMENT ON COLUMN trades.shared_depth IS 'whether the fill took from what the portfolios of its cycle before it had left';

-- It names no portfolio. Its rows are written under the lock of their market in market_exposure.
CREATE TABLE taken_depth (
    batch_id BIGINT NOT NULL REFERENCES market_batches ON DELETE CASCADE,
    market_id VARCHAR(255) NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('yes', 'no')),
    side TEXT NOT NULL CHECK (side IN ('asks', 'bids')),
    shares NUMERIC(20, 6) NOT NULL CHECK (shares > 0),
    PRIMARY KEY (batch_id, market_id, outcome, side)
);
COMMENT ON TABLE taken_depth IS 'shares that a batch offered or wanted and a cycle with shared depth has taken, the best first';

GRANT SELECT, INSERT, UPDATE, DELETE ON taken_depth TO prescient_app;
GRANT SELECT, INSERT ON taken_depth TO prescient_portfolio;
GRANT UPDATE (shares) ON taken_depth TO prescient_portfolio;
