-- A signal whose market had ended is told as refused because it was closed.

SET LOCAL lock_timeout = '10s';

UPDATE trading_signals SET rejection = 'market_closed' WHERE rejection = 'market_ended';
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
