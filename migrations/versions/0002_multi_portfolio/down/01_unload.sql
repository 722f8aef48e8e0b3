-- A downgrade is refused where rows would be lost; else schema v1 gets room beside the new tables.

-- name: settings
SELECT
    set_config('prescient.migration_schema', current_schema(), true),
    set_config('prescient.migration_search_path', current_setting('search_path'), true),
    set_config('work_mem', '64MB', true),
    set_config('maintenance_work_mem', '128MB', true),
    set_config('TimeZone', coalesce(
        (SELECT report ->> 'time_zone' FROM migration_reports WHERE revision = '0002'),
        current_setting('TimeZone')
    ), true);

-- name: refusals
-- Schema v1 has no place for what happened since the upgrade.
DO $$
DECLARE
    upgraded integer := (
        SELECT report ->> 'portfolio_id' FROM migration_reports WHERE revision = '0002'
    );
    reasons text;
BEGIN
    SELECT string_agg(reason, '; ') INTO reasons FROM (
        SELECT format('portfolio %s (%s) exists', portfolio_id, name) AS reason
        FROM portfolios WHERE portfolio_id IS DISTINCT FROM upgraded
        UNION ALL
        SELECT 'the default portfolio is gone'
        WHERE upgraded IS NOT NULL AND upgraded NOT IN (SELECT portfolio_id FROM portfolios)
        UNION ALL
        SELECT format('%s cycles have run', count(DISTINCT cycle_id)) FROM cycle_portfolios
        HAVING count(*) > 0
        UNION ALL
        SELECT format('%s trades were made', count(*)) FROM trades
        WHERE origin = 'live' HAVING count(*) > 0
        UNION ALL
        SELECT format('%s positions were sold or settled', count(*)) FROM position_exits
        WHERE source NOT LIKE 'v1:%' HAVING count(*) > 0
        UNION ALL
        SELECT format('%s movements of cash were booked', count(*)) FROM cash_ledger
        WHERE source NOT LIKE 'v1:%' AND source NOT IN (
            SELECT 'trade:' || trade_id FROM trades WHERE origin <> 'live'
        )
        HAVING count(*) > 0
        UNION ALL
        SELECT format('%s days were snapshotted', count(*)) FROM portfolio_history
        WHERE origin = 'live' HAVING count(*) > 0
    ) AS happened;
    IF reasons IS NOT NULL THEN
        RAISE EXCEPTION 'schema v1 has no place for what happened since the upgrade: %', reasons;
    END IF;
END $$;

-- name: schemas
CREATE SCHEMA prescient_v1;
CREATE SCHEMA prescient_restored;

-- name: destination
-- Where the baseline makes schema v1 once more.
SELECT set_config('search_path', 'prescient_v1', true);
