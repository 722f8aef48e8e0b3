-- name: select_version_and_role
SELECT version_num, current_user FROM alembic_version;

-- name: name_portfolio
SELECT set_config('prescient.portfolio_id', %(portfolio_id)s, true);
