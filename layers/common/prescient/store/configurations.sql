-- name: keep
-- Keep the configuration that a portfolio has now as a version, unless it is kept.
INSERT INTO portfolio_configurations (
    portfolio_id, version, created_at, ordered_by, reason, from_version, restored_version,
    strategy_type, strategy_config, max_position_size, max_total_exposure, max_positions,
    drawdown_limit, drawdown_limit_percent
)
SELECT
    portfolio_id, config_version, %(now)s, %(ordered_by)s, %(reason)s, %(from_version)s,
    %(restored_version)s, strategy_type, strategy_config, max_position_size, max_total_exposure,
    max_positions, drawdown_limit, drawdown_limit_percent
FROM portfolios
WHERE portfolio_id = %(portfolio_id)s
ON CONFLICT DO NOTHING;

-- name: select_versions
-- Read a page of the versions of a portfolio, newest first.
SELECT
    version, created_at, ordered_by, reason, from_version, restored_version, strategy_type,
    strategy_config, limits_kept, max_position_size, max_total_exposure, max_positions,
    drawdown_limit, drawdown_limit_percent
FROM portfolio_configurations
WHERE portfolio_id = %(portfolio_id)s
    AND version < coalesce(%(after_number)s, 9223372036854775807)
ORDER BY version DESC
LIMIT %(limit)s;
