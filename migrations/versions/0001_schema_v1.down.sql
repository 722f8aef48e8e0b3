DROP TABLE market_snapshots, markets, events, system_metadata, signal_archives,
    portfolio_snapshots, portfolio_history, trading_signals, trades, portfolio_positions,
    portfolio_state;
