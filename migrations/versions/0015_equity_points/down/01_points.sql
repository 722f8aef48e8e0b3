-- One point a moment once more: the last of each.

DROP TABLE equity_thinning;
DROP INDEX idx_portfolio_equity_flows;
DELETE FROM portfolio_equity AS point
USING portfolio_equity AS later
WHERE later.portfolio_id = point.portfolio_id AND later.timestamp = point.timestamp
    AND later.entry_no > point.entry_no;
ALTER TABLE portfolio_equity
    DROP CONSTRAINT portfolio_equity_pkey,
    DROP COLUMN entry_no,
    DROP COLUMN flow,
    ADD CONSTRAINT portfolio_equity_pkey PRIMARY KEY (portfolio_id, timestamp);
REVOKE UPDATE, DELETE ON portfolio_equity FROM prescient_app;
REVOKE UPDATE (
    balance, total_invested, total_profit_loss, equity, equity_at_bid, open_positions
) ON portfolio_equity FROM prescient_portfolio;
REVOKE INSERT ON portfolio_equity FROM prescient_portfolio;
