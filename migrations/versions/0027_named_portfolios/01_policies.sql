-- The setting is a list, `1,2,3`, and one id is a list too. Nothing named, nothing seen.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

LOCK TABLE portfolios, cycle_portfolios, trades, portfolio_positions, position_exits,
    trading_signals, cash_ledger, portfolio_history, portfolio_equity, portfolio_performance_cache,
    portfolio_configurations, portfolio_status_changes
    IN ACCESS EXCLUSIVE MODE;

-- Within a SELECT, so that a statement reads the list once and not for each row.
DO $$
DECLARE
    protected regclass;
BEGIN
    FOR protected IN
        SELECT polrelid FROM pg_policy WHERE polname = 'named_portfolio' ORDER BY polrelid
    LOOP
        EXECUTE format(
            $policy$
            ALTER POLICY named_portfolio ON %s
            USING (portfolio_id = ANY ((
                SELECT string_to_array(current_setting('prescient.portfolio_id', true), ',')
            )::int[]))
            WITH CHECK (portfolio_id = ANY ((
                SELECT string_to_array(current_setting('prescient.portfolio_id', true), ',')
            )::int[]))
            $policy$,
            protected
        );
    END LOOP;
END $$;
