-- Name the new reasons why a position waits, a market is not paid and a signal does not execute.
-- Each list is wider than before, so every row that is there satisfies it.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE market_snapshots
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT market_snapshots_resolution_flag_check,
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT market_snapshots_resolution_flag_check CHECK (
        resolution_flag IN ('outcome_proposed', 'disputed', 'odd_resolution')
    );

ALTER TABLE portfolio_positions
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT portfolio_positions_flag_check,
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT portfolio_positions_flag_check CHECK (
        flag IN (
            'unknown_shares', 'identity_changed', 'not_listed', 'inactive', 'unreadable_prices',
            'unreadable_row', 'outcome_proposed', 'disputed', 'odd_resolution'
        )
    );

ALTER TABLE trading_signals
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT trading_signals_rejection_check,
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT trading_signals_rejection_check CHECK (
        rejection IN (
            'insufficient_balance', 'below_minimum', 'max_position_size', 'max_total_exposure',
            'max_positions', 'already_held', 'market_closed', 'identity_changed',
            'outcome_proposed', 'no_quote', 'stale_quote', 'slippage', 'spread_exceeds_stop',
            'market_exposure_cap', 'event_exposure_cap', 'total_capital_cap',
            'portfolio_not_active', 'incomplete_legs'
        )
    );
