-- Give back the words of revision 0009: to it, a write-off is an exit by hand at 0.

SET LOCAL lock_timeout = '10s';

UPDATE cash_ledger SET kind = 'manual' WHERE kind = 'write_off';
ALTER TABLE cash_ledger
    DROP CONSTRAINT cash_ledger_kind_check,
    ADD CONSTRAINT cash_ledger_kind_check CHECK (
        kind IN (
            'buy', 'sell', 'stop_loss', 'take_profit', 'settlement', 'manual', 'deposit',
            'withdrawal', 'transfer_in', 'transfer_out', 'adjustment'
        )
    );

ALTER TABLE position_exits DROP CONSTRAINT position_exits_write_off_check;
UPDATE position_exits SET kind = 'manual' WHERE kind = 'write_off';
ALTER TABLE position_exits
    DROP CONSTRAINT position_exits_kind_check,
    ADD CONSTRAINT position_exits_kind_check CHECK (
        kind IN ('sell', 'stop_loss', 'take_profit', 'settlement', 'manual')
    );

ALTER TABLE position_exits
    DROP COLUMN ordered_by,
    DROP COLUMN reason,
    DROP COLUMN quoted_at,
    DROP COLUMN matches;
