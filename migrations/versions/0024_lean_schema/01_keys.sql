-- A position's portfolio is that of its trade, an exit's that of its position.
-- squawk-ignore-file ban-drop-constraint

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE portfolio_positions DROP CONSTRAINT fk_portfolio_positions_portfolio;
ALTER TABLE position_exits DROP CONSTRAINT position_exits_portfolio_id_fkey;
