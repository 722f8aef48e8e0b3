-- What was found and proved, for the user and for a downgrade.

-- name: restoring
-- Indexes, defaults and counters of the old tables, and columns that were narrower than the
-- baseline's: a downgrade brings them back.
CREATE VIEW prescient_v1.old_relations AS
SELECT oid, relname, oid::regclass AS qualified FROM pg_class
WHERE relnamespace = quote_ident(current_setting('prescient.migration_schema'))::regnamespace
    AND relkind = 'r' AND relname IN (
        'portfolio_state', 'portfolio_positions', 'trades', 'trading_signals', 'portfolio_history',
        'portfolio_snapshots', 'signal_archives', 'system_metadata', 'events', 'markets',
        'market_snapshots'
    );
CREATE VIEW prescient_v1.restoring AS
SELECT pg_get_indexdef(indexrelid) AS statement
FROM prescient_v1.old_relations JOIN pg_index ON indrelid = old_relations.oid
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
UNION ALL
SELECT format(
    'ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', qualified, attname, pg_get_expr(adbin, adrelid)
)
FROM prescient_v1.old_relations
JOIN pg_attrdef ON adrelid = old_relations.oid
JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
WHERE pg_get_expr(adbin, adrelid) NOT LIKE 'nextval(%' AND attidentity = ''
UNION ALL
SELECT format(
    'SELECT setval(pg_get_serial_sequence(%L, ''id''), %s)', qualified, pg_sequence_last_value(
        pg_get_serial_sequence(qualified::text, 'id')
    )
)
FROM prescient_v1.old_relations
WHERE relname NOT IN ('portfolio_state', 'system_metadata')
    AND pg_sequence_last_value(pg_get_serial_sequence(qualified::text, 'id')) IS NOT NULL;
CREATE VIEW prescient_v1.old_columns AS
SELECT
    relname AS table_name, attname AS column_name, format_type(atttypid, atttypmod) AS type,
    attnotnull AS required
FROM prescient_v1.old_relations JOIN pg_attribute ON attrelid = old_relations.oid
WHERE attnum > 0 AND NOT attisdropped;

-- name: privileges
-- Who could do what, owners included: a downgrade lets them again.
CREATE VIEW prescient_v1.privileges AS
SELECT kind, name, privilege_type AS privilege, coalesce(rolname, 'public') AS grantee
FROM (
    SELECT 'TABLE' AS kind, old.relname AS name, coalesce(relacl, acldefault('r', relowner)) AS acl
    FROM prescient_v1.old_relations AS old JOIN pg_class USING (oid)
    UNION ALL
    SELECT 'SEQUENCE', old.relname || '_id_seq',
        coalesce(sequence.relacl, acldefault('s', sequence.relowner))
    FROM prescient_v1.old_relations AS old
    JOIN pg_depend ON refobjid = old.oid AND deptype IN ('a', 'i')
    JOIN pg_class AS sequence ON sequence.oid = objid AND sequence.relkind = 'S'
) AS owned
CROSS JOIN aclexplode(acl)
LEFT JOIN pg_roles ON pg_roles.oid = grantee
WHERE grantee = 0 OR rolname IS NOT NULL;

-- name: compared
CREATE VIEW prescient_v1.compared AS
SELECT
    table_name, id, status,
    CASE status WHEN 'closed' THEN old_realized_pnl ELSE old_current_pnl END AS old_pnl,
    corrected_pnl
FROM migration_differences;
CREATE TABLE prescient_v1.largest AS
SELECT *, corrected_pnl - old_pnl AS difference FROM prescient_v1.compared
WHERE old_pnl IS DISTINCT FROM corrected_pnl
ORDER BY abs(corrected_pnl - old_pnl) DESC NULLS LAST, table_name, id
LIMIT 100;

-- name: report
INSERT INTO migration_reports (revision, created_at, report)
SELECT '0002', clock_timestamp(), jsonb_build_object(
    'portfolio_id', portfolio_id,
    'time_zone', current_setting('TimeZone'),
    'snapshot_id', nullif(current_setting('prescient.migration_snapshot_id', true), ''),
    'tables', (
        SELECT jsonb_object_agg(name, jsonb_build_object(
            'rows', rows,
            'carried', rows - (SELECT count(*) FROM legacy_rows WHERE table_name = name),
            'moved_to_legacy_rows',
            (SELECT count(*) FROM legacy_rows WHERE table_name = name),
            'kept_in_legacy_values',
            (SELECT count(*) FROM legacy_values WHERE table_name = name),
            'column_summed', summed, 'sum', sum, 'checksum', checksum::text
        ))
        FROM prescient_v1.tables
        CROSS JOIN LATERAL (
            SELECT
                coalesce(sum(rows), 0) AS rows, sum(sum) AS sum, coalesce(sum(checksum), 0) AS checksum
            FROM prescient_v1.before WHERE table_name = name
        ) AS whole
    ),
    'legacy_rows', (
        SELECT coalesce(jsonb_agg(to_jsonb(grouped) ORDER BY table_name, reason), '[]') FROM (
            SELECT table_name, reason, count(*) AS rows FROM legacy_rows GROUP BY table_name, reason
        ) AS grouped
    ),
    'flags', jsonb_build_object(
        'open_positions_of_unknown_shares',
        (SELECT count(*) FROM portfolio_positions WHERE flag = 'unknown_shares'),
        'trades_without_a_position', (
            SELECT count(*) FROM trades LEFT JOIN portfolio_positions AS position USING (trade_id)
            WHERE position.id IS NULL
        ),
        'trades_taken_from_positions',
        (SELECT count(*) FROM trades WHERE origin = 'v1_position'),
        'executed_signals_without_a_trade',
        (SELECT count(*) FROM trading_signals WHERE executed AND trade_id IS NULL),
        'local_times_that_the_zone_skips', (
            SELECT count(*) FROM legacy_values CROSS JOIN jsonb_each_text(old) AS kept
            WHERE CASE WHEN kept.key IN (
                'timestamp', 'entry_timestamp', 'exit_timestamp', 'created_at', 'updated_at',
                'last_updated', 'executed_at', 'archived_at', 'event_end_date', 'start_date', 'end_date'
            ) THEN prescient_v1.moment(value::timestamp)::timestamp <> value::timestamp END
        ),
        'open_positions_without_a_price', (
            SELECT count(*) FROM portfolio_positions
            WHERE status = 'open' AND market_id NOT IN (SELECT market_id FROM market_prices)
        )
    ),
    'money', (SELECT to_jsonb(money) FROM prescient_v1.money),
    'totals', jsonb_build_object(
        'old', (SELECT to_jsonb(state) - 'id' FROM prescient_v1.portfolio_state AS state),
        'new', jsonb_build_object(
            'initial_balance', initial_balance, 'current_balance', current_balance,
            'total_invested', total_invested, 'realized_pnl', realized_pnl,
            'total_profit_loss', total_profit_loss, 'trade_count', trade_count,
            'total_value', current_balance + total_invested + total_profit_loss - realized_pnl,
            'status', status, 'status_reason', status_reason
        )
    ),
    'verified', jsonb_build_array(
        'every row of the old tables comes back from the new ones, by number, sum and checksum',
        'nothing that has to stay as it is has changed',
        'the ledger ends at the balance, equity is what went in plus profit, realized P&L is that of the exits, exposure is what is invested'
    ),
    'differences', jsonb_build_object(
        'totals', (
            SELECT coalesce(jsonb_agg(to_jsonb(grouped) ORDER BY table_name, status), '[]') FROM (
                SELECT
                    table_name, status, count(*) AS rows,
                    count(*) FILTER (WHERE old_pnl IS DISTINCT FROM corrected_pnl) AS different,
                    count(*) FILTER (WHERE corrected_pnl IS NULL) AS unknown,
                    sum(old_pnl) AS old_pnl, sum(corrected_pnl) AS corrected_pnl,
                    sum(corrected_pnl - old_pnl) AS difference
                FROM prescient_v1.compared GROUP BY table_name, status
            ) AS grouped
        ),
        'first', (
            SELECT coalesce(
                jsonb_agg(
                    to_jsonb(listed) ORDER BY abs(difference) DESC NULLS LAST, table_name, id
                ),
                '[]'
            )
            FROM (
                SELECT largest.*, position.trade_id, position.market_id, position.action
                FROM prescient_v1.largest JOIN portfolio_positions AS position USING (id)
                WHERE table_name = 'portfolio_positions'
                UNION ALL
                SELECT largest.*, trade.trade_id, trade.market_id, trade.action
                FROM prescient_v1.largest JOIN trades AS trade USING (id)
                WHERE table_name = 'trades'
            ) AS listed
        )
    ),
    'restoring', (SELECT coalesce(jsonb_agg(statement), '[]') FROM prescient_v1.restoring),
    'columns', (SELECT jsonb_agg(to_jsonb(old_columns)) FROM prescient_v1.old_columns),
    'privileges', (
        SELECT coalesce(jsonb_agg(to_jsonb(privileges)), '[]') FROM prescient_v1.privileges
    )
)
FROM (SELECT) AS always LEFT JOIN portfolios ON true
WHERE EXISTS (SELECT FROM prescient_v1.before);
