-- A downgrade is refused where rows would be lost; else schema v1 gets room beside the new tables.

-- name: settings
SELECT
    set_config('prescient.migration_schema', current_schema(), true),
    set_config('prescient.migration_search_path', current_setting('search_path'), true),
    set_config('work_mem', '64MB', true),
    set_config('maintenance_work_mem', '128MB', true);

-- name: refusals
-- Schema v1 has no place for what happened since the upgrade. Who only wants to know soon looks at
-- what is numbered after the last rows of the upgrade; a downgrade looks at every row.
DO $$
DECLARE
    last jsonb := coalesce((
        SELECT report -> 'last' FROM migration_reports
        WHERE revision = '0002' AND current_setting('prescient.migration_probe', true) = 'yes'
    ), '{}');
    upgraded integer[] := (
        SELECT array_agg(portfolio_id::integer)
        FROM migration_reports
        CROSS JOIN jsonb_array_elements_text(report -> 'portfolio_ids') AS portfolio_id
        WHERE revision = '0002'
    );
    reasons text;
BEGIN
    IF EXISTS (
        SELECT FROM migration_reports WHERE revision = '0002' AND NOT report ? 'portfolio_ids'
    ) THEN
        RAISE EXCEPTION 'an unreleased version upgraded this database, and did not note all that a downgrade needs: restore the backup that was made before';
    END IF;
    SELECT string_agg(reason, '; ' ORDER BY reason) INTO reasons FROM (
        SELECT format('portfolio %s (%s) exists', portfolio_id, name) AS reason
        FROM portfolios WHERE portfolio_id = ANY (upgraded) IS NOT TRUE
        UNION ALL
        SELECT format('portfolio %s is gone', portfolio_id)
        FROM unnest(upgraded) AS portfolio_id
        WHERE portfolio_id NOT IN (SELECT portfolio_id FROM portfolios)
        UNION ALL
        SELECT format('%s cycles have run', count(DISTINCT cycle_id)) FROM cycle_portfolios
        HAVING count(*) > 0
        UNION ALL
        SELECT format('%s trades were made', count(*)) FROM trades
        WHERE origin = 'live' AND id > coalesce((last ->> 'trades')::bigint, 0) HAVING count(*) > 0
        UNION ALL
        SELECT format('%s positions were sold or settled', count(*)) FROM position_exits
        WHERE source NOT LIKE 'v1:%' AND id > coalesce((last ->> 'position_exits')::bigint, 0) HAVING count(*) > 0
        UNION ALL
        SELECT format('%s movements of cash were booked', sum(movements))
        FROM portfolios
        CROSS JOIN LATERAL (
            SELECT count(*) AS movements FROM cash_ledger AS entry
            WHERE entry.portfolio_id = portfolios.portfolio_id
                AND entry_no > coalesce(
                    (last #>> ARRAY['cash_ledger', portfolios.portfolio_id::text])::bigint, 0
                )
                AND source NOT LIKE 'v1:%' AND source NOT LIKE 'transfer:v1:%'
                AND NOT EXISTS (
                    SELECT FROM trades AS trade
                    WHERE trade.portfolio_id = entry.portfolio_id AND origin <> 'live'
                        AND source LIKE 'trade:%' AND trade_id = substr(source, 7)
                )
        ) AS booked
        HAVING sum(movements) > 0
    ) AS happened;
    IF reasons IS NOT NULL THEN
        RAISE EXCEPTION 'schema v1 has no place for what happened since the upgrade: %', reasons;
    END IF;
END $$;

-- name: clocks
-- Local times again, as the two clocks gave them.
SELECT
    set_config('TimeZone', coalesce(
        max(report ->> 'server_time_zone'), current_setting('TimeZone')
    ), true),
    set_config('prescient.migration_application_zone', coalesce(
        max(report ->> 'time_zone'), current_setting('TimeZone')
    ), true),
    set_config('prescient.migration_given', coalesce(max(report ->> 'given'), '[]'), true)
FROM migration_reports WHERE revision = '0002';

-- name: schemas
CREATE SCHEMA prescient_v1;
CREATE SCHEMA prescient_restored;
CREATE SCHEMA prescient_old;

-- name: destination
-- Where the baseline makes schema v1 once more, for a database that never was of schema v1.
SELECT set_config('search_path', 'prescient_old', true);
