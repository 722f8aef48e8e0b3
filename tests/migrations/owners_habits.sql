-- What an owner does to the tables of schema v1 over the years, beside filling them.
ALTER TABLE portfolio_state RENAME CONSTRAINT portfolio_state_id_check TO single_portfolio;
ALTER TABLE trades RENAME CONSTRAINT trades_trade_id_key TO one_trade_an_id;
ALTER TABLE market_snapshots SET (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05);
ALTER INDEX trades_pkey SET (fillfactor = 70);
ALTER TABLE trades DROP COLUMN reason;
ALTER TABLE trades ADD COLUMN reason TEXT;
ALTER TABLE events ALTER COLUMN is_filtered SET DEFAULT FALSE;
ALTER SEQUENCE trades_id_seq CACHE 1 INCREMENT BY 2;
CREATE INDEX by_question ON trades (lower(market_question)) WHERE status = 'open';
CREATE STATISTICS markets_by_event ON event_id, event_title FROM markets;
COMMENT ON TABLE trades IS 'what the bot bought, it''s all here';
COMMENT ON COLUMN trades.amount IS 'dollars';
COMMENT ON COLUMN trades.current_pnl IS 'never updated';
COMMENT ON INDEX by_question IS 'for the search page';
COMMENT ON CONSTRAINT one_trade_an_id ON trades IS 'ids are made of the time';
CREATE TABLE owner_notes (note TEXT);
INSERT INTO owner_notes VALUES ('mine');
CREATE VIEW loud_notes AS SELECT upper(note) AS note FROM owner_notes;
