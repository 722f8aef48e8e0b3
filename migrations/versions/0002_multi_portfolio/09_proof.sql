-- What the new tables do not give back is kept; then every table of schema v1 is proved to be there.

-- name: kept_whole
INSERT INTO legacy_values (table_name, id, old)
SELECT 'portfolio_state', id, to_jsonb(state) FROM prescient_v1.portfolio_state AS state
UNION ALL
SELECT 'events', id,
    to_jsonb(event) - 'refusal'
    || jsonb_build_object('event_data', prescient_v1.boxed(event_data))
FROM prescient_v1.judged_events AS event WHERE refusal IS NULL
UNION ALL
SELECT 'markets', id,
    to_jsonb(market) - 'refusal'
    || jsonb_build_object('market_data', prescient_v1.boxed(market_data))
FROM prescient_v1.judged_markets AS market WHERE refusal IS NULL
UNION ALL
SELECT 'portfolios', portfolio_id,
    to_jsonb(portfolio)
    || jsonb_build_object('strategy_config', prescient_v1.boxed(strategy_config))
FROM prescient_v1.portfolios AS portfolio
UNION ALL
SELECT 'portfolio_rebalancing_log', id, to_jsonb(log)
FROM prescient_v1.portfolio_rebalancing_log AS log
UNION ALL
SELECT 'portfolio_performance_cache', portfolio_id, to_jsonb(cache)
FROM prescient_v1.portfolio_performance_cache AS cache;

-- name: sums_before
-- A checksum is the sum over the rows of their hashes, so that no order matters.
-- From seed 0 Postgres would hash NaN, and from seed 1 zero, like null.
DO $$
BEGIN
    EXECUTE (
        SELECT 'CREATE TABLE prescient_v1.before AS ' || string_agg(
            format(
                'SELECT %1$L AS table_name, %2$s AS piece, count(*) AS rows, sum(%3$s)::numeric AS sum,
                    sum(hash_record_extended(old, 2026)) AS checksum
                FROM prescient_v1.%1$I AS old GROUP BY piece',
                name, format(piece, 'old'), coalesce(summed, 'NULL::int')
            ), ' UNION ALL '
        )
        FROM prescient_v1.tables
    );
END $$;

-- name: sums_after
DO $$
BEGIN
    EXECUTE (
        SELECT 'CREATE TABLE prescient_v1.after AS ' || string_agg(
            format(
                'SELECT %1$L AS table_name, %2$s AS piece, count(*) AS rows, sum(%3$s)::numeric AS sum,
                    sum(hash_record_extended(original, 2026)) AS checksum
                FROM prescient_restored.%1$I GROUP BY piece',
                name, format(piece, 'original'), coalesce('(original).' || summed, 'NULL::int')
            ), ' UNION ALL '
        )
        FROM prescient_v1.tables
    );
END $$;

-- name: kept_values
-- In pieces that do not come back alike, whatever differs is kept, for whatever reason it differs.
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT
            tables.*, coalesce('(original).' || summed, 'NULL::int') AS value,
            array_agg(before.piece) AS pieces
        FROM prescient_v1.tables
        JOIN prescient_v1.before ON before.table_name = name
        LEFT JOIN prescient_v1.after
            ON after.table_name = before.table_name AND after.piece = before.piece
        WHERE NOT kept_whole AND before IS DISTINCT FROM after
        GROUP BY name, summed, key, tables.piece, kept_whole
    LOOP
        EXECUTE format(
            'INSERT INTO legacy_values (table_name, id, old)
            SELECT %1$L, old.%2$I, (
                SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(old))
                WHERE value IS DISTINCT FROM to_jsonb(given) -> key
            )
            FROM prescient_v1.%1$I AS old
            JOIN prescient_restored.given_%1$I AS given ON given.%2$I = old.%2$I
            WHERE %3$s = ANY ($1) AND old IS DISTINCT FROM given',
            one.name, one.key, format(one.piece, 'old')
        ) USING one.pieces;
        ANALYZE legacy_values;
        DELETE FROM prescient_v1.after WHERE table_name = one.name AND piece = ANY (one.pieces);
        EXECUTE format(
            'INSERT INTO prescient_v1.after
            SELECT %1$L, %2$s AS piece, count(*), sum(%3$s), sum(hash_record_extended(original, 2026))
            FROM prescient_restored.%1$I WHERE %2$s = ANY ($1) GROUP BY piece',
            one.name, format(one.piece, 'original'), one.value
        ) USING one.pieces;
    END LOOP;
END $$;

-- name: changeable
-- The columns in which a carried row may differ from what it was: times beyond any calendar, that
-- the zone skips or that are still to come, NaN, an exit of what is open, what a trade takes from its
-- position, who names a trade, a portfolio that was not named, and convictions.
CREATE TABLE prescient_v1.changeable AS
SELECT table_name, unnest(columns) AS changed FROM (VALUES
    ('portfolio_positions', '{entry_timestamp,exit_price,exit_timestamp,created_at,portfolio_id}'::text[]),
    ('trades', '{amount,status,timestamp,event_end_date,created_at,portfolio_id}'),
    ('trading_signals', '{timestamp,market_liquidity,market_volume,event_end_date,executed,executed_at,trade_id,created_at,portfolio_id,strategy_type}'),
    ('portfolio_history', '{timestamp,created_at,portfolio_id}'),
    ('portfolio_snapshots', '{timestamp,created_at}'),
    ('signal_archives', '{archived_at,created_at}'), ('system_metadata', '{updated_at}'),
    ('market_snapshots', '{timestamp,liquidity,volume,volume24hr,market_conviction,created_at}')
) AS listed (table_name, columns);

-- name: verdict
DO $$
DECLARE
    broken text;
BEGIN
    SELECT string_agg(
        format(
            '%s %s: %s rows, sum %s, checksum %s became %s rows, sum %s, checksum %s', table_name,
            piece, before.rows, before.sum, before.checksum, after.rows, after.sum, after.checksum
        ), '; '
    ) INTO broken
    FROM prescient_v1.before FULL JOIN prescient_v1.after USING (table_name, piece)
    WHERE (before.rows, before.sum, before.checksum)
        IS DISTINCT FROM (after.rows, after.sum, after.checksum);
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'the upgrade would not keep everything: %', broken;
    END IF;
    SELECT string_agg(DISTINCT format('%s.%s', table_name, changed), ', ') INTO broken
    FROM legacy_values
    JOIN prescient_v1.tables ON name = table_name AND NOT kept_whole
    CROSS JOIN jsonb_object_keys(old) AS changed
    WHERE (table_name, changed) NOT IN (TABLE prescient_v1.changeable);
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'the upgrade would change what has to stay as it is: %', broken;
    END IF;
    SELECT string_agg(format('%s is %s, not %s', what, actual, expected), '; ') INTO broken
    FROM (
        SELECT format('balance of portfolio %s', portfolio_id) AS what, current_balance AS actual,
            initial_balance + (
                SELECT coalesce(sum(amount), 0) FROM cash_ledger
                WHERE cash_ledger.portfolio_id = portfolios.portfolio_id
            ) AS expected
        FROM portfolios
        UNION ALL
        SELECT format('equity of portfolio %s', portfolio_id),
            current_balance + total_invested + total_profit_loss - realized_pnl,
            initial_balance + total_profit_loss + (
                SELECT coalesce(sum(amount), 0) FROM cash_ledger
                WHERE cash_ledger.portfolio_id = portfolios.portfolio_id
                    AND kind IN ('adjustment', 'transfer_in', 'transfer_out')
            )
        FROM portfolios
        UNION ALL
        SELECT format('realized P&L of portfolio %s', portfolio_id), realized_pnl, (
            SELECT coalesce(sum(realized_pnl), 0) FROM position_exits
            WHERE position_exits.portfolio_id = portfolios.portfolio_id
        )
        FROM portfolios
        UNION ALL
        SELECT 'market exposure', coalesce(sum(cost_basis), 0), (
            SELECT coalesce(sum(total_invested), 0) FROM portfolios
        )
        FROM market_exposure
        UNION ALL
        SELECT 'capital in use', cost_basis, (
            SELECT coalesce(sum(cost_basis), 0) FROM market_exposure
        )
        FROM capital_in_use
        UNION ALL
        SELECT format('mark of market %s', market_id), price.mark, newest.mark
        FROM market_prices AS price
        CROSS JOIN LATERAL (
            SELECT mark FROM market_snapshots
            WHERE market_snapshots.market_id = price.market_id AND mark IS NOT NULL
            ORDER BY timestamp DESC, batch_id DESC LIMIT 1
        ) AS newest
        WHERE market_id IN (SELECT market_id FROM portfolio_positions WHERE status = 'open')
        UNION ALL
        SELECT 'number of trades unlike their position', count(*), 0
        FROM legacy_values
        JOIN trades AS trade
            ON trade.id = CASE table_name WHEN 'trades' THEN legacy_values.id::bigint END
        LEFT JOIN portfolio_positions AS position USING (portfolio_id, trade_id)
        WHERE table_name = 'trades' AND old ?| '{amount,status}'
            AND (trade.amount, trade.status) IS DISTINCT FROM (position.amount, position.status)
    ) AS compared
    WHERE actual IS DISTINCT FROM expected;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'the books would not reconcile: %', broken;
    END IF;
END $$;
