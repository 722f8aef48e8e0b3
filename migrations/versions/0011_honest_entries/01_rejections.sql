-- A signal can be refused because its market has ended.
-- The list is wider than before, so every row that is there satisfies it.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE trading_signals
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT trading_signals_rejection_check,
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT trading_signals_rejection_check CHECK (
        rejection IN (
            'insufficient_balance', 'below_minimum', 'max_position_size', 'max_total_exposure',
            'max_positions', 'already_held', 'market_closed', 'market_ended',
            'identity_changed', 'outcome_proposed', 'no_quote', 'stale_quote', 'slippage',
            'spread_exceeds_stop', 'market_exposure_cap', 'event_exposure_cap',
            'total_capital_cap', 'portfolio_not_active', 'incomplete_legs'
        )
    );
