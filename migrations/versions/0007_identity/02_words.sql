-- Name the new reasons why a position waits, a market is not paid and a signal does not execute.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE market_snapshots
    DROP CONSTRAINT market_snapshots_resolution_flag_check,
    ADD CONSTRAINT market_snapshots_resolution_flag_check CHECK (
        resolution_flag IN ('outcome_proposed', 'disputed', 'odd_resolution')
    ) NOT VALID;
ALTER TABLE market_snapshots VALIDATE CONSTRAINT market_snapshots_resolution_flag_check;

ALTER TABLE portfolio_positions
    DROP CONSTRAINT portfolio_positions_flag_check,
    ADD CONSTRAINT portfolio_positions_flag_check CHECK (
        flag IN (
            'unknown_shares', 'identity_changed', 'not_listed', 'inactive', 'unreadable_prices',
            'unreadable_row', 'outcome_proposed', 'disputed', 'odd_resolution'
        )
    ) NOT VALID;
ALTER TABLE portfolio_positions VALIDATE CONSTRAINT portfolio_positions_flag_check;

ALTER TABLE trading_signals
    DROP CONSTRAINT trading_signals_rejection_check,
    ADD CONSTRAINT trading_signals_rejection_check CHECK (
        rejection IN (
            'insufficient_balance', 'below_minimum', 'max_position_size', 'max_total_exposure',
            'max_positions', 'already_held', 'market_closed', 'identity_changed',
            'outcome_proposed', 'no_quote', 'stale_quote', 'slippage', 'spread_exceeds_stop',
            'market_exposure_cap', 'event_exposure_cap', 'total_capital_cap',
            'portfolio_not_active', 'incomplete_legs'
        )
    ) NOT VALID;
ALTER TABLE trading_signals VALIDATE CONSTRAINT trading_signals_rejection_check;
