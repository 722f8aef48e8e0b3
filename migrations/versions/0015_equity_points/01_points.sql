-- Two points of one moment are told apart by the ledger: one stands before a flow, one after it.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

-- The key is swapped under its lock, in the seconds that the timeout allows: no point is lost.
ALTER TABLE portfolio_equity
    ADD COLUMN entry_no INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN flow NUMERIC(15, 2) NOT NULL DEFAULT 0,
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT portfolio_equity_pkey,
    -- squawk-ignore constraint-missing-not-valid, adding-serial-primary-key-field
    ADD CONSTRAINT portfolio_equity_pkey PRIMARY KEY (portfolio_id, timestamp, entry_no);
COMMENT ON COLUMN portfolio_equity.entry_no IS 'the newest entry of the ledger that the point counts; 0 where there is none, or it was not noted';
COMMENT ON COLUMN portfolio_equity.flow IS 'dollars that had just come in, negative where they left; equity counts them';
-- Built in the same transaction: no row has a flow yet.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX idx_portfolio_equity_flows ON portfolio_equity (portfolio_id, timestamp)
    WHERE flow <> 0;
GRANT UPDATE, DELETE ON portfolio_equity TO prescient_app;
GRANT INSERT ON portfolio_equity TO prescient_portfolio;
GRANT UPDATE (
    balance, total_invested, total_profit_loss, equity, equity_at_bid, open_positions
) ON portfolio_equity TO prescient_portfolio;

CREATE TABLE equity_thinning (
    unit TEXT PRIMARY KEY CHECK (unit IN ('hour', 'day')),
    until DATE NOT NULL
);
COMMENT ON TABLE equity_thinning IS 'before which day only the last equity point of each unit is left';
GRANT SELECT, INSERT, UPDATE ON equity_thinning TO prescient_app;
