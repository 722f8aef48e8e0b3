-- Every version of a portfolio's configuration and limits; tags; whose twin a portfolio is.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE portfolio_configurations (
    portfolio_id INTEGER NOT NULL REFERENCES portfolios (portfolio_id) ON DELETE CASCADE,
    version INTEGER NOT NULL CHECK (version > 0),
    created_at TIMESTAMPTZ NOT NULL,
    ordered_by TEXT,
    reason TEXT,
    from_version INTEGER CHECK (from_version > 0),
    restored_version INTEGER CHECK (restored_version > 0),
    strategy_type VARCHAR(100) NOT NULL,
    strategy_config JSONB NOT NULL CHECK (jsonb_typeof(strategy_config) = 'object'),
    limits_kept BOOLEAN NOT NULL DEFAULT true,
    max_position_size NUMERIC(15, 2),
    max_total_exposure NUMERIC(15, 2),
    max_positions INTEGER,
    drawdown_limit NUMERIC(15, 2),
    drawdown_limit_percent NUMERIC(5, 2),
    PRIMARY KEY (portfolio_id, version),
    CHECK (limits_kept OR num_nonnulls(max_position_size, max_total_exposure, max_positions, drawdown_limit, drawdown_limit_percent) = 0)
);
COMMENT ON TABLE portfolio_configurations IS 'only ever added to';
COMMENT ON COLUMN portfolio_configurations.ordered_by IS 'whose token it was asked for with; null where that was not noted';
COMMENT ON COLUMN portfolio_configurations.from_version IS 'the version that it took the place of; null for the first';
COMMENT ON COLUMN portfolio_configurations.restored_version IS 'the version whose content it brought back';
COMMENT ON COLUMN portfolio_configurations.limits_kept IS 'false where only a cycle kept the version: what the limits were is not known';

ALTER TABLE portfolio_configurations ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_portfolio ON portfolio_configurations TO prescient_app
USING (true) WITH CHECK (true);
CREATE POLICY named_portfolio ON portfolio_configurations TO prescient_portfolio
USING (portfolio_id = NULLIF(current_setting('prescient.portfolio_id', true), '')::int)
WITH CHECK (portfolio_id = NULLIF(current_setting('prescient.portfolio_id', true), '')::int);
GRANT SELECT, INSERT ON portfolio_configurations TO prescient_app;

-- name: today
INSERT INTO portfolio_configurations (
    portfolio_id, version, created_at, from_version, strategy_type, strategy_config,
    max_position_size, max_total_exposure, max_positions, drawdown_limit, drawdown_limit_percent
)
SELECT
    portfolio_id, config_version, CASE WHEN config_version = 1 THEN created_at ELSE last_updated END,
    nullif(config_version - 1, 0), strategy_type, strategy_config, max_position_size,
    max_total_exposure, max_positions, drawdown_limit, drawdown_limit_percent
FROM portfolios;

-- name: kept_by_cycles
-- What signals name of earlier versions, as their cycles kept it.
INSERT INTO portfolio_configurations (
    portfolio_id, version, created_at, from_version, strategy_type, strategy_config, limits_kept
)
SELECT DISTINCT ON (signal.portfolio_id, signal.config_version)
    signal.portfolio_id, signal.config_version, signal.timestamp,
    nullif(signal.config_version - 1, 0), signal.strategy_type, ran.strategy_config, false
FROM trading_signals AS signal
JOIN cycle_portfolios AS ran
    ON ran.portfolio_id = signal.portfolio_id AND ran.cycle_id = signal.cycle_id
WHERE signal.config_version > 0
ORDER BY signal.portfolio_id, signal.config_version, signal.timestamp
ON CONFLICT DO NOTHING;
