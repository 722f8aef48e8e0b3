-- Note of an exit by hand what the tape does not have, and admit write-offs.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE position_exits
    ADD COLUMN ordered_by TEXT,
    ADD COLUMN reason TEXT,
    ADD COLUMN quoted_at TIMESTAMPTZ,
    ADD COLUMN matches JSONB;
COMMENT ON COLUMN position_exits.ordered_by IS 'whose token an exit by hand was asked for with';
COMMENT ON COLUMN position_exits.reason IS 'why a position was written off';
COMMENT ON COLUMN position_exits.quoted_at IS 'when the bids were shown that a sale by hand took';
COMMENT ON COLUMN position_exits.matches IS
    'price and shares of each bid that a sale by hand took: no batch of the tape has them';

ALTER TABLE position_exits
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT position_exits_kind_check,
    ADD CONSTRAINT position_exits_kind_check CHECK (
        kind IN ('sell', 'stop_loss', 'take_profit', 'settlement', 'manual', 'write_off')
    ) NOT VALID;
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE position_exits VALIDATE CONSTRAINT position_exits_kind_check;

ALTER TABLE position_exits
    ADD CONSTRAINT position_exits_write_off_check CHECK (
        kind <> 'write_off'
        OR (price = 0 AND proceeds = 0 AND fee = 0 AND reason IS NOT NULL)
    ) NOT VALID;
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE position_exits VALIDATE CONSTRAINT position_exits_write_off_check;

ALTER TABLE cash_ledger
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT cash_ledger_kind_check,
    ADD CONSTRAINT cash_ledger_kind_check CHECK (
        kind IN (
            'buy', 'sell', 'stop_loss', 'take_profit', 'settlement', 'manual', 'write_off',
            'deposit', 'withdrawal', 'transfer_in', 'transfer_out', 'adjustment'
        )
    ) NOT VALID;
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE cash_ledger VALIDATE CONSTRAINT cash_ledger_kind_check;
