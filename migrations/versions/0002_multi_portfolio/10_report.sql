-- What was found and proved, for the user and for a downgrade.

-- name: columns
-- What each old table was made of: a downgrade makes it again, in the same order.
CREATE VIEW prescient_v1.old_columns AS
SELECT
    relname AS table_name, attname AS column_name,
    format_type(atttypid, atttypmod) || CASE
        WHEN attcollation <> typcollation THEN ' COLLATE ' || attcollation::regcollation::text
        ELSE ''
    END AS type,
    attnotnull AS required, row_number() OVER (PARTITION BY attrelid ORDER BY attnum) AS place
FROM prescient_v1.old_relations AS old
JOIN pg_attribute ON attrelid = old.oid
JOIN pg_type ON pg_type.oid = atttypid
WHERE attnum > 0 AND NOT attisdropped;

-- name: restoring
-- What else belongs to them: a downgrade runs these statements in their order.
CREATE TABLE prescient_v1.old_sequences AS
SELECT old.qualified, attname, objid::regclass AS sequence, deptype, attidentity, format(
    'INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s', seqincrement, seqmin,
    seqmax, seqstart, seqcache, CASE WHEN seqcycle THEN ' CYCLE' ELSE '' END
) AS options, format_type(seqtypid, NULL) AS type
FROM prescient_v1.old_relations AS old
JOIN pg_depend ON classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
    AND refobjid = old.oid AND deptype IN ('a', 'i')
JOIN pg_sequence ON seqrelid = objid
JOIN pg_attribute ON attrelid = old.oid AND attnum = refobjsubid;
CREATE VIEW prescient_v1.restoring AS
SELECT 1 AS place, format('CREATE SEQUENCE %s AS %s %s', sequence, type, options) AS statement
FROM prescient_v1.old_sequences WHERE deptype = 'a'
UNION ALL
SELECT 2, format('ALTER SEQUENCE %s OWNED BY %s.%I', sequence, qualified, attname)
FROM prescient_v1.old_sequences WHERE deptype = 'a'
UNION ALL
SELECT 2, format(
    'ALTER TABLE %s ALTER COLUMN %I ADD GENERATED %s AS IDENTITY (SEQUENCE NAME %s %s)', qualified,
    attname, CASE attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END, sequence, options
)
FROM prescient_v1.old_sequences WHERE deptype = 'i'
UNION ALL
SELECT 3, format('SELECT setval(%L, %s)', sequence, pg_sequence_last_value(sequence))
FROM prescient_v1.old_sequences WHERE pg_sequence_last_value(sequence) IS NOT NULL
UNION ALL
SELECT 4, format(
    'ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', qualified, attname, pg_get_expr(adbin, adrelid)
)
FROM prescient_v1.old_relations AS old
JOIN pg_attrdef ON adrelid = old.oid
JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
UNION ALL
SELECT CASE contype WHEN 'f' THEN 6 ELSE 5 END, format(
    'ALTER TABLE %s ADD CONSTRAINT %I %s', qualified, conname, pg_get_constraintdef(pg_constraint.oid)
)
FROM prescient_v1.old_relations AS old
JOIN pg_constraint ON conrelid = old.oid AND contype IN ('p', 'u', 'x', 'c', 'f')
UNION ALL
SELECT 7, pg_get_indexdef(indexrelid)
FROM prescient_v1.old_relations AS old JOIN pg_index ON indrelid = old.oid
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
UNION ALL
SELECT 7, pg_get_statisticsobjdef(pg_statistic_ext.oid)
FROM prescient_v1.old_relations AS old JOIN pg_statistic_ext ON stxrelid = old.oid
UNION ALL
SELECT 8, format('ALTER TABLE %s SET (%s)', qualified, array_to_string(reloptions, ', '))
FROM prescient_v1.old_relations WHERE reloptions IS NOT NULL
UNION ALL
SELECT 8, format(
    'ALTER INDEX %s SET (%s)', indexrelid::regclass, array_to_string(index.reloptions, ', ')
)
FROM prescient_v1.old_relations AS old
JOIN pg_index ON indrelid = old.oid
JOIN pg_class AS index ON index.oid = indexrelid
JOIN pg_constraint ON conindid = indexrelid
WHERE index.reloptions IS NOT NULL
UNION ALL
SELECT 9, format('COMMENT ON %s IS %L', thing, description)
FROM (
    SELECT
        'pg_class'::regclass AS classoid, oid AS objoid, 0 AS objsubid,
        format('TABLE %s', qualified) AS thing
    FROM prescient_v1.old_relations
    UNION ALL
    SELECT 'pg_class'::regclass, old.oid, attnum, format('COLUMN %s.%I', qualified, attname)
    FROM prescient_v1.old_relations AS old JOIN pg_attribute ON attrelid = old.oid AND attnum > 0
    UNION ALL
    SELECT 'pg_constraint'::regclass, pg_constraint.oid, 0,
        format('CONSTRAINT %I ON %s', conname, qualified)
    FROM prescient_v1.old_relations AS old JOIN pg_constraint ON conrelid = old.oid
    UNION ALL
    SELECT 'pg_class'::regclass, indexrelid, 0, format('INDEX %s', indexrelid::regclass)
    FROM prescient_v1.old_relations AS old JOIN pg_index ON indrelid = old.oid
    UNION ALL
    SELECT 'pg_class'::regclass, sequence, 0, format('SEQUENCE %s', sequence)
    FROM prescient_v1.old_sequences
) AS commented
JOIN pg_description USING (classoid, objoid, objsubid);

-- name: privileges
-- Whose they were, and who could do what: a downgrade gives it back.
CREATE VIEW prescient_v1.owners AS
SELECT relname AS table_name, rolname AS owner
FROM prescient_v1.old_relations JOIN pg_roles ON pg_roles.oid = relowner;
CREATE VIEW prescient_v1.privileges AS
SELECT
    kind, relname AS table_name, thing, column_name, privilege_type AS privilege,
    coalesce(rolname, 'public') AS grantee, is_grantable AS grantable
FROM (
    SELECT 'TABLE' AS kind, relname, qualified::text AS thing, NULL::name AS column_name, relacl AS acl
    FROM prescient_v1.old_relations
    UNION ALL
    SELECT 'TABLE', relname, qualified::text, attname, attacl
    FROM prescient_v1.old_relations AS old
    JOIN pg_attribute ON attrelid = old.oid AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'SEQUENCE', owner.relname, old.sequence::text, NULL, sequence.relacl
    FROM prescient_v1.old_sequences AS old
    JOIN pg_class AS sequence ON sequence.oid = old.sequence
    JOIN prescient_v1.old_relations AS owner USING (qualified)
) AS owned
CROSS JOIN aclexplode(acl)
LEFT JOIN pg_roles ON pg_roles.oid = grantee
WHERE grantee = 0 OR rolname IS NOT NULL;
CREATE VIEW prescient_v1.writers AS
SELECT grantee, table_name, column_name, string_agg(privilege, ', ' ORDER BY privilege) AS privileges
FROM prescient_v1.privileges
JOIN prescient_v1.owners USING (table_name)
LEFT JOIN pg_roles ON rolname = grantee
WHERE kind = 'TABLE' AND privilege <> 'SELECT' AND rolsuper IS NOT TRUE
    AND grantee NOT IN (
        owner, session_user, 'prescient_owner', 'prescient_app', 'prescient_portfolio'
    )
GROUP BY grantee, table_name, column_name;

-- name: compared
CREATE VIEW prescient_v1.compared AS
SELECT
    table_name, id, status,
    CASE status WHEN 'closed' THEN old_realized_pnl ELSE old_current_pnl END AS old_pnl,
    corrected_pnl
FROM migration_differences;
CREATE TABLE prescient_v1.largest AS
SELECT *, corrected_pnl - old_pnl AS difference FROM prescient_v1.compared
WHERE old_pnl IS DISTINCT FROM corrected_pnl AND (
    -- A trade says the same as its position, where it has one.
    table_name = 'portfolio_positions' OR id IN (SELECT trade FROM prescient_v1.unpaired)
)
ORDER BY abs(corrected_pnl - old_pnl) DESC NULLS LAST, table_name, id
LIMIT 100;
CREATE TABLE prescient_v1.totals AS
SELECT
    table_name, status, count(*) AS rows,
    count(*) FILTER (WHERE old_pnl IS DISTINCT FROM corrected_pnl) AS different,
    count(*) FILTER (WHERE corrected_pnl IS NULL) AS unknown,
    sum(old_pnl) AS old_pnl, sum(corrected_pnl) AS corrected_pnl,
    sum(corrected_pnl - old_pnl) AS difference
FROM prescient_v1.compared GROUP BY table_name, status;

-- name: counted
CREATE TABLE prescient_v1.counted AS
SELECT *
FROM (
    SELECT
        count(*) FILTER (WHERE flag = 'unknown_shares') AS open_positions_of_unknown_shares,
        count(*) FILTER (WHERE exit_timestamp < entry_timestamp) AS sales_before_their_purchase
    FROM portfolio_positions
) AS positions
CROSS JOIN (
    SELECT count(trade) AS trades_without_a_position, count(position) AS trades_taken_from_positions
    FROM prescient_v1.unpaired
) AS unpaired
CROSS JOIN (
    SELECT count(*) AS executed_signals_without_a_trade
    FROM trading_signals WHERE executed AND trade_id IS NULL
) AS signals
CROSS JOIN (
    SELECT count(*) AS local_times_that_the_zone_skips
    FROM legacy_values CROSS JOIN jsonb_each_text(old) AS kept
    WHERE CASE
        WHEN kept.key IN (
            'entry_timestamp', 'event_end_date', 'start_date', 'end_date', 'last_updated'
        ) OR kept.key = 'timestamp'
            AND table_name NOT IN ('market_snapshots', 'portfolio_snapshots')
            THEN prescient_restored.application_time(
                prescient_v1.application_moment(value::timestamp)
            ) <> value::timestamp
        WHEN kept.key IN (
            'timestamp', 'exit_timestamp', 'created_at', 'updated_at', 'executed_at',
            'archived_at'
        ) THEN prescient_v1.moment(value::timestamp)::timestamp <> value::timestamp
    END
) AS times;

-- name: report
INSERT INTO migration_reports (revision, created_at, report)
SELECT '0002', clock_timestamp(), jsonb_build_object(
    'portfolio_ids', (SELECT coalesce(jsonb_agg(portfolio_id), '[]') FROM portfolios),
    'time_zone', clocks.application,
    'server_time_zone', clocks.server,
    'clocks', to_jsonb(clocks),
    'given', current_setting('prescient.migration_given')::jsonb,
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
        JOIN prescient_v1.old_relations ON relname = name
        CROSS JOIN LATERAL (
            SELECT
                coalesce(sum(rows), 0) AS rows, sum(sum) AS sum, coalesce(sum(checksum), 0) AS checksum
            FROM prescient_v1.before WHERE table_name = name
        ) AS whole
    ),
    'last', jsonb_build_object(
        'trades', (SELECT max(id) FROM trades),
        'position_exits', (SELECT max(id) FROM position_exits),
        'cash_ledger', (
            SELECT jsonb_object_agg(portfolio_id, (
                SELECT max(entry_no) FROM cash_ledger
                WHERE cash_ledger.portfolio_id = portfolios.portfolio_id
            ))
            FROM portfolios
        )
    ),
    'legacy_rows', (
        SELECT coalesce(jsonb_agg(to_jsonb(grouped) ORDER BY table_name, reason), '[]') FROM (
            SELECT table_name, reason, count(*) AS rows FROM legacy_rows GROUP BY table_name, reason
        ) AS grouped
    ),
    'flags', to_jsonb(counted) || jsonb_build_object(
        'snapshots_from_the_future', (
            SELECT count(*) FROM market_snapshots
            WHERE legacy_id IS NOT NULL AND timestamp = now()
        ),
        'open_positions_without_a_price', (
            SELECT count(*) FROM portfolio_positions
            WHERE status = 'open' AND market_id NOT IN (SELECT market_id FROM market_prices)
        )
    ),
    'portfolios', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'portfolio_id', portfolio_id,
            'name', portfolio.name,
            'money', to_jsonb(money) - 'portfolio_id',
            'old', CASE
                WHEN state.id IS NOT NULL THEN to_jsonb(state) - 'id'
                WHEN seeded.portfolio_id IS NOT NULL THEN jsonb_build_object(
                    'balance', seeded.current_balance, 'total_invested', seeded.total_invested,
                    'total_profit_loss', seeded.total_profit_loss,
                    'trade_count', seeded.trade_count
                )
            END,
            'new', jsonb_build_object(
                'initial_balance', portfolio.initial_balance,
                'current_balance', portfolio.current_balance,
                'total_invested', portfolio.total_invested,
                'realized_pnl', portfolio.realized_pnl,
                'total_profit_loss', portfolio.total_profit_loss,
                'trade_count', portfolio.trade_count,
                'total_value', portfolio.current_balance + portfolio.total_invested
                    + portfolio.total_profit_loss - portfolio.realized_pnl,
                'max_positions', portfolio.max_positions, 'status', portfolio.status,
                'status_reason', portfolio.status_reason
            )
        ) ORDER BY portfolio_id), '[]')
        FROM portfolios AS portfolio
        JOIN prescient_v1.money USING (portfolio_id)
        LEFT JOIN prescient_v1.portfolios AS seeded USING (portfolio_id)
        LEFT JOIN prescient_v1.default_portfolio USING (portfolio_id)
        LEFT JOIN prescient_v1.portfolio_state AS state
            ON default_portfolio.portfolio_id IS NOT NULL
    ),
    'verified', jsonb_build_array(
        'every row of the old tables comes back from the new ones, by number, sum and checksum',
        'nothing that has to stay as it is has changed',
        'the ledger ends at the balance, equity is what went in plus profit, realized P&L is that of the exits, exposure is what is invested'
    ),
    'differences', jsonb_build_object(
        'totals', (
            SELECT coalesce(jsonb_agg(to_jsonb(totals) ORDER BY table_name, status), '[]')
            FROM prescient_v1.totals
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
    'columns', (SELECT jsonb_agg(to_jsonb(old_columns)) FROM prescient_v1.old_columns),
    'restoring', (
        SELECT coalesce(jsonb_agg(statement ORDER BY place, statement), '[]')
        FROM prescient_v1.restoring
    ),
    'owners', (SELECT jsonb_object_agg(table_name, owner) FROM prescient_v1.owners),
    'writers', (
        SELECT coalesce(
            jsonb_agg(to_jsonb(writers) ORDER BY grantee, table_name, column_name), '[]'
        )
        FROM prescient_v1.writers
    ),
    'privileges', (
        SELECT coalesce(jsonb_agg(to_jsonb(privileges)), '[]') FROM prescient_v1.privileges
    )
)
FROM prescient_v1.clocks CROSS JOIN prescient_v1.counted
WHERE EXISTS (SELECT FROM prescient_v1.before)
    OR current_setting('prescient.migration_adopted', true) = 'yes';

-- name: destination
-- Later revisions change the new tables where they are.
SELECT
    set_config('enable_nestloop', 'on', true),
    set_config(
        'search_path', 'prescient_v2, ' || current_setting('prescient.migration_search_path'), true
    );
