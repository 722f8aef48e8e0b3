-- Schema v1 as the present tables give it back. `given_…` is what the carried rows alone say;
-- legacy_values has what differs from it, legacy_rows the rows that were not carried.

-- name: given
-- The settings say the zone of the application's clock (the session's own is the server's), and
-- which columns are given as the present tables have them, not as null: the older price updater left
-- millions of convictions null, and the seed's script alone named portfolios.
DO $$
DECLARE
    given record;
    kept jsonb := current_setting('prescient.migration_given')::jsonb;
BEGIN
    EXECUTE format(
        'CREATE FUNCTION prescient_restored.application_time(moment timestamptz) RETURNS timestamp
        LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN moment AT TIME ZONE %L',
        current_setting('prescient.migration_application_zone')
    );
    FOR given IN SELECT * FROM (VALUES
        (
            'portfolio_positions',
            'position.id::integer, position.trade_id, position.market_id, position.market_question,
            position.action, position.amount, position.entry_price,
            prescient_restored.application_time(position.entry_timestamp) AS entry_timestamp,
            position.status, difference.old_current_pnl AS current_pnl,
            difference.old_realized_pnl AS realized_pnl, position.exit_price,
            position.exit_timestamp::timestamp AS exit_timestamp,
            position.created_at::timestamp AS created_at',
            '{portfolio_id}'::text[], '{integer}'::text[],
            'portfolio_positions AS position
            LEFT JOIN migration_differences AS difference
                ON difference.id = position.id AND difference.table_name = ''portfolio_positions''
            WHERE position.origin = ''v1'''
        ),
        (
            'trades',
            'trade.id::integer, trade.trade_id,
            prescient_restored.application_time(trade.timestamp) AS timestamp, trade.market_id,
            trade.market_question, trade.action, trade.amount, trade.entry_price, trade.confidence,
            trade.reason, trade.status, trade.event_id, trade.event_title,
            prescient_restored.application_time(trade.event_end_date) AS event_end_date,
            difference.old_current_pnl AS current_pnl, difference.old_realized_pnl AS realized_pnl,
            trade.created_at::timestamp AS created_at',
            '{portfolio_id}', '{integer}',
            'trades AS trade
            LEFT JOIN migration_differences AS difference
                ON difference.id = trade.id AND difference.table_name = ''trades''
            WHERE trade.origin = ''v1'''
        ),
        (
            'trading_signals',
            'id::integer, prescient_restored.application_time(timestamp) AS timestamp, market_id,
            market_question, action, target_price, amount, confidence, reason, yes_price, no_price,
            market_liquidity, market_volume, event_id, event_title,
            prescient_restored.application_time(event_end_date) AS event_end_date, executed,
            executed_at::timestamp AS executed_at, trade_id, created_at::timestamp AS created_at',
            '{portfolio_id,strategy_type}', '{integer,varchar}',
            'trading_signals WHERE origin = ''v1'''
        ),
        (
            'portfolio_history',
            'id::integer, snapshot_date,
            prescient_restored.application_time(timestamp) AS timestamp, balance, total_invested,
            total_profit_loss, total_value, open_positions, trade_count,
            created_at::timestamp AS created_at',
            '{portfolio_id}', '{integer}',
            'portfolio_history WHERE origin = ''v1'''
        ),
        (
            'portfolio_snapshots',
            'id::integer, timestamp::timestamp AS timestamp, balance, total_invested,
            total_profit_loss, trade_count, created_at::timestamp AS created_at',
            NULL, NULL, 'portfolio_snapshots'
        ),
        (
            'signal_archives',
            'id::integer, archived_at::timestamp AS archived_at, archive_month, signals_count,
            signals_data, created_at::timestamp AS created_at',
            NULL, NULL, 'signal_archives'
        ),
        (
            'system_metadata', 'key, value, updated_at::timestamp AS updated_at', NULL, NULL,
            'system_metadata'
        ),
        (
            'market_snapshots',
            'legacy_id AS id, market_id, timestamp::timestamp AS timestamp, yes_price, no_price,
            liquidity, volume, volume24hr, created_at::timestamp AS created_at',
            '{market_conviction}', '{numeric}',
            'market_snapshots WHERE legacy_id IS NOT NULL'
        )
    ) AS listed (name, columns, optional, types, source) LOOP
        EXECUTE format(
            'CREATE VIEW prescient_restored.given_%I AS SELECT %s FROM %s',
            given.name,
            concat_ws(', ', given.columns, (
                SELECT string_agg(
                    CASE
                        WHEN kept ? format('%s.%s', given.name, optional)
                            THEN format('%I::%s', optional, type)
                        ELSE format('NULL::%2$s AS %1$I', optional, type)
                    END, ', ' ORDER BY place
                )
                FROM unnest(given.optional, given.types)
                    WITH ORDINALITY AS column_of (optional, type, place)
            )),
            given.source
        );
    END LOOP;
END $$;

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
CREATE VIEW prescient_restored.given_portfolios AS SELECT
    portfolio.portfolio_id, name, description, strategy_type, initial_balance, current_balance,
    total_invested, total_profit_loss, trade_count, status, created_at, last_updated,
    old #> '{strategy_config,0}' AS strategy_config, max_position_size, max_total_exposure,
    max_positions, total_trades_executed, total_winning_trades, total_losing_trades, avg_trade_pnl,
    max_drawdown, last_trade_at, last_price_update
FROM legacy_values
CROSS JOIN LATERAL jsonb_to_record(old) AS portfolio (
    portfolio_id integer, name varchar, description text, strategy_type varchar,
    initial_balance numeric(15, 2), current_balance numeric(15, 2), total_invested numeric(15, 2),
    total_profit_loss numeric(15, 2), trade_count integer, status varchar, created_at timestamp,
    last_updated timestamp, max_position_size numeric(15, 2), max_total_exposure numeric(15, 2),
    max_positions integer, total_trades_executed integer, total_winning_trades integer,
    total_losing_trades integer, avg_trade_pnl numeric(15, 2), max_drawdown numeric(15, 2),
    last_trade_at timestamp, last_price_update timestamp
)
WHERE table_name = 'portfolios';
CREATE VIEW prescient_restored.given_portfolio_rebalancing_log AS SELECT log.*
FROM legacy_values
CROSS JOIN LATERAL jsonb_to_record(old) AS log (
    id integer, timestamp timestamp, from_portfolio_id integer, to_portfolio_id integer,
    amount numeric(15, 2), reason text, executed_by varchar
)
WHERE table_name = 'portfolio_rebalancing_log';
CREATE VIEW prescient_restored.given_portfolio_performance_cache AS SELECT cache.*
FROM legacy_values
CROSS JOIN LATERAL jsonb_to_record(old) AS cache (
    portfolio_id integer, calculated_at timestamp, sharpe_ratio numeric(10, 4),
    sortino_ratio numeric(10, 4), win_rate numeric(5, 2), avg_win numeric(15, 2),
    avg_loss numeric(15, 2), profit_factor numeric(10, 4), max_consecutive_wins integer,
    max_consecutive_losses integer, return_1d numeric(10, 4), return_7d numeric(10, 4),
    return_30d numeric(10, 4), return_all_time numeric(10, 4)
)
WHERE table_name = 'portfolio_performance_cache';
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
    FOREACH name IN ARRAY ARRAY[
        'portfolio_state', 'events', 'markets', 'portfolios', 'portfolio_rebalancing_log',
        'portfolio_performance_cache'
    ] LOOP
        EXECUTE format(
            'CREATE VIEW prescient_restored.%1$I AS
            SELECT given AS original FROM prescient_restored.given_%1$I AS given',
            name
        );
    END LOOP;
END $$;
