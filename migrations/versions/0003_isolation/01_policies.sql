-- What each role may touch, and row-level security around each portfolio's rows.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

-- Before their rights change: an autovacuum of one of them would wait for this, and this for it.
LOCK TABLE portfolios, cycle_portfolios, trades, portfolio_positions, position_exits,
    trading_signals, cash_ledger, portfolio_history, portfolio_equity, portfolio_performance_cache,
    portfolio_rebalancing_log
    IN ACCESS EXCLUSIVE MODE;


-- Everybody --------------------------------------------------------------------------------------

-- What the markets did and what they share holds no portfolio's data.
GRANT SELECT ON
    alembic_version, events, markets, market_batches, market_snapshots, market_prices, market_hours,
    market_backfills, market_features, order_books, trading_cycles, market_exposure, capital_in_use,
    portfolios, cycle_portfolios, trades, portfolio_positions, position_exits, trading_signals,
    cash_ledger, portfolio_history, portfolio_equity, position_valuations, portfolio_overview
TO prescient_app, prescient_portfolio;


-- prescient_app: cycle, filter, price_update, maintenance, api -----------------------------------

GRANT SELECT ON
    portfolio_rebalancing_log, portfolio_performance_cache, idempotency_keys, portfolio_snapshots,
    signal_archives, system_metadata, legacy_rows, legacy_values, migration_differences,
    migration_reports
TO prescient_app;

-- The ledger, the exits, the equity points and the log are only ever added to.
GRANT INSERT ON cash_ledger, position_exits, portfolio_equity, portfolio_rebalancing_log
TO prescient_app;

GRANT INSERT, UPDATE ON
    events, markets, market_prices, market_backfills, trading_cycles, cycle_portfolios, trades,
    portfolio_positions, trading_signals, portfolio_history, portfolio_performance_cache,
    market_exposure, capital_in_use
TO prescient_app;

-- Retention trims the tape and forgets keys; a portfolio that is deleted takes its rows along.
GRANT INSERT, UPDATE, DELETE ON
    market_batches, market_snapshots, market_hours, market_features, order_books, idempotency_keys,
    portfolios
TO prescient_app;


-- prescient_portfolio: signal, execute, snapshot -------------------------------------------------

GRANT INSERT ON
    trades, portfolio_positions, position_exits, trading_signals, cash_ledger, portfolio_history
TO prescient_portfolio;

-- Neither its name nor its limits nor its configuration.
GRANT UPDATE (
    current_balance, total_invested, total_profit_loss, realized_pnl, trade_count, last_updated,
    total_trades_executed, total_winning_trades, total_losing_trades, avg_trade_pnl,
    closed_positions, closed_pnl, current_run, max_consecutive_wins, max_consecutive_losses,
    peak_equity, max_drawdown, last_trade_at
) ON portfolios TO prescient_portfolio;
GRANT UPDATE (
    status, lease_until, limits, funnel, signals, trades, rejections, equity, reason, executed_at
) ON cycle_portfolios TO prescient_portfolio;
GRANT UPDATE (status, realized_pnl) ON trades TO prescient_portfolio;
GRANT UPDATE (shares, cost_basis, status, flag, realized_pnl, exit_price, exit_timestamp)
ON portfolio_positions TO prescient_portfolio;
GRANT UPDATE (executed, executed_at, trade_id, rejection) ON trading_signals TO prescient_portfolio;
GRANT UPDATE (
    timestamp, balance, total_invested, total_profit_loss, total_value, open_positions, trade_count
) ON portfolio_history TO prescient_portfolio;

GRANT INSERT (market_id), UPDATE (cost_basis) ON market_exposure TO prescient_portfolio;
GRANT UPDATE (cost_basis) ON capital_in_use TO prescient_portfolio;


-- Rows of portfolios -----------------------------------------------------------------------------

-- Nothing named, nothing seen. The owner of the tables is not bound: it migrates.
DO $$
DECLARE
    protected regclass;
BEGIN
    FOREACH protected IN ARRAY ARRAY[
        'portfolios', 'cycle_portfolios', 'trades', 'portfolio_positions', 'position_exits',
        'trading_signals', 'cash_ledger', 'portfolio_history', 'portfolio_equity',
        'portfolio_performance_cache', 'portfolio_rebalancing_log'
    ]::regclass[] LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', protected);
        EXECUTE format(
            'CREATE POLICY every_portfolio ON %s TO prescient_app USING (true) WITH CHECK (true)',
            protected
        );
        -- A transfer names two portfolios: the log belongs to both.
        CONTINUE WHEN protected = 'portfolio_rebalancing_log'::regclass;
        EXECUTE format(
            $policy$
            CREATE POLICY named_portfolio ON %s TO prescient_portfolio
            USING (portfolio_id = NULLIF(current_setting('prescient.portfolio_id', true), '')::int)
            WITH CHECK (
                portfolio_id = NULLIF(current_setting('prescient.portfolio_id', true), '')::int
            )
            $policy$,
            protected
        );
    END LOOP;
END $$;
