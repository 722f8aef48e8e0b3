DO $$
BEGIN
    IF EXISTS (SELECT FROM portfolio_state) OR EXISTS (SELECT FROM trades)
        OR EXISTS (SELECT FROM portfolio_positions) OR EXISTS (SELECT FROM trading_signals)
        OR EXISTS (SELECT FROM portfolio_history) OR EXISTS (SELECT FROM market_snapshots) THEN
        RAISE EXCEPTION 'revision 0002 cannot yet upgrade a filled schema v1 database; nothing was changed';
    END IF;
END $$;

DROP TABLE portfolio_state, portfolio_positions, trading_signals, trades, portfolio_history,
    portfolio_snapshots, market_snapshots, events, markets, signal_archives, system_metadata;
