-- The tables and views of this revision go.

DROP VIEW portfolio_overview, position_valuations;
DROP TABLE idempotency_keys, capital_in_use, market_exposure, migration_reports,
    migration_differences, legacy_values, legacy_rows, system_metadata, signal_archives,
    portfolio_snapshots, portfolio_performance_cache, portfolio_rebalancing_log, portfolio_history,
    portfolio_equity, cash_ledger, trading_signals, position_exits, portfolio_positions, trades,
    cycle_portfolios, trading_cycles, portfolios, order_books, market_features, market_backfills,
    market_hours, market_prices, market_snapshots, market_batches, markets, events;
