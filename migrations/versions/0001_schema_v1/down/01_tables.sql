-- The tables of schema v1 go, with every row.

DROP TABLE market_snapshots, markets, events, system_metadata, signal_archives,
    portfolio_snapshots, portfolio_history, trading_signals, trades, portfolio_positions,
    portfolio_state;
