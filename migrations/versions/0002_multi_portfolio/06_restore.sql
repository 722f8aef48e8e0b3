-- Schema v1 as the present tables give it back. `given_…` is what the carried rows alone say;
-- legacy_values has what differs from it, legacy_rows the rows that were not carried.

-- name: given
CREATE VIEW prescient_restored.given_portfolio_positions AS SELECT
    position.id::integer, position.trade_id, position.market_id, position.market_question,
    position.action, position.amount, position.entry_price,
    position.entry_timestamp::timestamp AS entry_timestamp, position.status,
    difference.old_current_pnl AS current_pnl, difference.old_realized_pnl AS realized_pnl,
    position.exit_price, position.exit_timestamp::timestamp AS exit_timestamp,
    position.created_at::timestamp AS created_at
FROM portfolio_positions AS position
LEFT JOIN migration_differences AS difference
    ON difference.id = position.id AND difference.table_name = 'portfolio_positions'
WHERE position.origin = 'v1';
CREATE VIEW prescient_restored.given_trades AS SELECT
    trade.id::integer, trade.trade_id, trade.timestamp::timestamp AS timestamp, trade.market_id,
    trade.market_question, trade.action, trade.amount, trade.entry_price, trade.confidence,
    trade.reason, trade.status, trade.event_id, trade.event_title,
    trade.event_end_date::timestamp AS event_end_date,
    difference.old_current_pnl AS current_pnl, difference.old_realized_pnl AS realized_pnl,
    trade.created_at::timestamp AS created_at
FROM trades AS trade
LEFT JOIN migration_differences AS difference
    ON difference.id = trade.id AND difference.table_name = 'trades'
WHERE trade.origin = 'v1';
CREATE VIEW prescient_restored.given_trading_signals AS SELECT
    id::integer, timestamp::timestamp AS timestamp, market_id, market_question, action,
    target_price, amount, confidence, reason, yes_price, no_price, market_liquidity, market_volume,
    event_id, event_title, event_end_date::timestamp AS event_end_date, executed,
    executed_at::timestamp AS executed_at, trade_id, created_at::timestamp AS created_at
FROM trading_signals
WHERE origin = 'v1';
CREATE VIEW prescient_restored.given_portfolio_history AS SELECT
    id::integer, snapshot_date, timestamp::timestamp AS timestamp, balance, total_invested,
    total_profit_loss, total_value, open_positions, trade_count
FROM portfolio_history
WHERE origin = 'v1';
CREATE VIEW prescient_restored.given_portfolio_snapshots AS SELECT
    id::integer, timestamp::timestamp AS timestamp, balance, total_invested, total_profit_loss,
    trade_count
FROM portfolio_snapshots;
CREATE VIEW prescient_restored.given_signal_archives AS SELECT
    id::integer, archived_at::timestamp AS archived_at, archive_month, signals_count, signals_data
FROM signal_archives;
CREATE VIEW prescient_restored.given_market_snapshots AS SELECT
    legacy_id AS id, market_id, timestamp::timestamp AS timestamp, yes_price, no_price, liquidity,
    volume, volume24hr, market_conviction, created_at::timestamp AS created_at
FROM market_snapshots
WHERE legacy_id IS NOT NULL;
CREATE VIEW prescient_restored.given_system_metadata AS SELECT
    key, value, updated_at::timestamp AS updated_at
FROM system_metadata;

-- name: given_whole
-- Every fetch rewrites events and markets, and every price update the portfolio: what they were in
-- schema v1 is kept whole.
CREATE VIEW prescient_restored.given_portfolio_state AS SELECT state.*
FROM legacy_values
CROSS JOIN LATERAL jsonb_to_record(old) AS state (
    id integer, balance numeric(15, 2), total_invested numeric(15, 2),
    total_profit_loss numeric(15, 2), trade_count integer, created_at timestamp,
    last_updated timestamp
)
WHERE table_name = 'portfolio_state';
CREATE VIEW prescient_restored.given_events AS SELECT
    event.id, event_id, title, slug, liquidity, volume, volume24hr, start_date, end_date,
    days_until_end, whole #> '{event_data,0}' AS event_data, is_filtered, created_at, updated_at
FROM (
    SELECT old AS whole FROM legacy_values WHERE table_name = 'events'
    UNION ALL SELECT row FROM legacy_rows WHERE table_name = 'events'
) AS kept
CROSS JOIN LATERAL jsonb_to_record(whole) AS event (
    id integer, event_id varchar, title text, slug varchar, liquidity numeric(15, 2),
    volume numeric(15, 2), volume24hr numeric(15, 2), start_date timestamp, end_date timestamp,
    days_until_end integer, is_filtered boolean, created_at timestamp, updated_at timestamp
);
CREATE VIEW prescient_restored.given_markets AS SELECT
    market.id, market_id, question, event_id, event_title, event_end_date, liquidity, volume,
    volume24hr, yes_price, no_price, market_conviction, whole #> '{market_data,0}' AS market_data,
    is_filtered, created_at, updated_at
FROM (
    SELECT old AS whole FROM legacy_values WHERE table_name = 'markets'
    UNION ALL SELECT row FROM legacy_rows WHERE table_name = 'markets'
) AS kept
CROSS JOIN LATERAL jsonb_to_record(whole) AS market (
    id integer, market_id varchar, question text, event_id varchar, event_title text,
    event_end_date timestamp, liquidity numeric(15, 2), volume numeric(15, 2),
    volume24hr numeric(15, 2), yes_price numeric(10, 6), no_price numeric(10, 6),
    market_conviction numeric(10, 6), is_filtered boolean, created_at timestamp,
    updated_at timestamp
);

-- name: restored
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'portfolio_positions', 'trades', 'trading_signals', 'portfolio_history',
        'portfolio_snapshots', 'signal_archives', 'system_metadata', 'market_snapshots'
    ] LOOP
        EXECUTE format(
            'CREATE VIEW prescient_restored.%1$I AS
            SELECT
                CASE WHEN old IS NULL THEN given ELSE jsonb_populate_record(given, old) END
                    AS original
            FROM prescient_restored.given_%1$I AS given
            LEFT JOIN legacy_values AS legacy
                ON legacy.table_name = %1$L AND legacy.id = given.%2$I::text
            UNION ALL
            SELECT jsonb_populate_record(NULL::prescient_restored.given_%1$I, row)
            FROM legacy_rows WHERE table_name = %1$L',
            name, CASE name WHEN 'system_metadata' THEN 'key' ELSE 'id' END
        );
    END LOOP;
    FOREACH name IN ARRAY ARRAY['portfolio_state', 'events', 'markets'] LOOP
        EXECUTE format(
            'CREATE VIEW prescient_restored.%1$I AS
            SELECT given AS original FROM prescient_restored.given_%1$I AS given',
            name
        );
    END LOOP;
END $$;
