-- The old tables, with the columns that they had.

-- name: destination
-- The present tables are the ones that unqualified names mean again.
SELECT set_config('search_path', current_setting('prescient.migration_search_path'), true);

-- name: columns
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN
        SELECT table_name, string_agg(
            format('%I %s%s', column_name, type, CASE WHEN required THEN ' NOT NULL' END), ', '
            ORDER BY place
        ) AS columns
        FROM migration_reports
        CROSS JOIN jsonb_to_recordset(report -> 'columns') AS old (
            table_name text, column_name text, type text, required boolean, place integer
        )
        WHERE revision = '0002' GROUP BY table_name
    LOOP
        EXECUTE format('DROP TABLE IF EXISTS prescient_old.%I CASCADE', made.table_name);
        EXECUTE format('CREATE TABLE prescient_old.%I (%s)', made.table_name, made.columns);
    END LOOP;
    IF EXISTS (
        SELECT FROM migration_reports
        WHERE revision = '0002' AND NOT report -> 'tables' ? 'portfolio_state'
    ) THEN
        DROP TABLE prescient_old.portfolio_state;
    END IF;
END $$;
