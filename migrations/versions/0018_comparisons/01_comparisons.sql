-- What the comparison last said of two portfolios, for rebalancing, which computes no statistics.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE portfolio_comparisons (
    first_id INTEGER NOT NULL REFERENCES portfolios (portfolio_id) ON DELETE CASCADE,
    second_id INTEGER NOT NULL REFERENCES portfolios (portfolio_id) ON DELETE CASCADE,
    calculated_at TIMESTAMPTZ NOT NULL,
    last_day DATE NOT NULL,
    days INTEGER NOT NULL CHECK (days >= 0),
    verdict TEXT NOT NULL CHECK (
        verdict IN ('better', 'worse', 'not_yet', 'too_few_days', 'one_event', 'same')
    ),
    PRIMARY KEY (first_id, second_id),
    CHECK (first_id < second_id)
);
COMMENT ON COLUMN portfolio_comparisons.verdict IS 'of the first portfolio beside the second';
CREATE INDEX idx_portfolio_comparisons_second ON portfolio_comparisons (second_id);
GRANT SELECT, INSERT, UPDATE ON portfolio_comparisons TO prescient_app;
