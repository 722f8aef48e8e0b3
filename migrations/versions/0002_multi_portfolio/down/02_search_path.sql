-- The present tables are the ones that unqualified names mean again.

SELECT set_config('search_path', current_setting('prescient.migration_search_path'), true);
