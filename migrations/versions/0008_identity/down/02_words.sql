-- Give back the words of revision 0007; what it has no word for takes the nearest that it has.

SET LOCAL lock_timeout = '10s';

UPDATE trading_signals SET rejection = 'market_closed'
WHERE rejection IN ('identity_changed', 'outcome_proposed');
ALTER TABLE trading_signals
    DROP CONSTRAINT trading_signals_rejection_check,
    ADD CONSTRAINT trading_signals_rejection_check CHECK (
        rejection IN (
            'insufficient_balance', 'below_minimum', 'max_position_size', 'max_total_exposure',
            'max_positions', 'already_held', 'market_closed', 'no_quote', 'stale_quote',
            'slippage', 'spread_exceeds_stop', 'market_exposure_cap', 'event_exposure_cap',
            'total_capital_cap', 'portfolio_not_active', 'incomplete_legs'
        )
    );

UPDATE portfolio_positions SET flag = 'odd_resolution' WHERE flag = 'outcome_proposed';
UPDATE portfolio_positions SET flag = 'not_listed'
WHERE flag IN ('identity_changed', 'inactive', 'unreadable_prices', 'unreadable_row');
ALTER TABLE portfolio_positions
    DROP CONSTRAINT portfolio_positions_flag_check,
    ADD CONSTRAINT portfolio_positions_flag_check CHECK (
        flag IN ('not_listed', 'disputed', 'odd_resolution', 'unknown_shares')
    );

UPDATE market_snapshots SET resolution_flag = 'odd_resolution'
WHERE resolution_flag = 'outcome_proposed';
UPDATE market_prices SET resolution_flag = 'odd_resolution'
WHERE resolution_flag = 'outcome_proposed';
ALTER TABLE market_snapshots
    DROP CONSTRAINT market_snapshots_resolution_flag_check,
    ADD CONSTRAINT market_snapshots_resolution_flag_check CHECK (
        resolution_flag IN ('disputed', 'odd_resolution')
    );
