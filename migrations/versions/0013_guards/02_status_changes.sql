-- Every change of status: who, when and why. A pause of several is one act.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE portfolio_pauses (
    pause_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    paused_at TIMESTAMPTZ NOT NULL,
    ordered_by TEXT,
    reason TEXT NOT NULL
);
COMMENT ON TABLE portfolio_pauses IS 'acts that paused all active portfolios at once';
COMMENT ON COLUMN portfolio_pauses.ordered_by IS 'whose token it was asked for with; null where a guard did it';
GRANT SELECT, INSERT ON portfolio_pauses TO prescient_app;

CREATE TABLE portfolio_status_changes (
    portfolio_id INTEGER NOT NULL REFERENCES portfolios (portfolio_id) ON DELETE CASCADE,
    change_id BIGINT GENERATED ALWAYS AS IDENTITY,
    changed_at TIMESTAMPTZ NOT NULL,
    from_status TEXT NOT NULL CHECK (from_status IN ('active', 'paused', 'archived')),
    to_status TEXT NOT NULL CHECK (to_status IN ('active', 'paused', 'archived')),
    reason TEXT,
    ordered_by TEXT,
    resets TEXT CHECK (resets IN ('nothing', 'peak')),
    pause_id BIGINT REFERENCES portfolio_pauses (pause_id),
    PRIMARY KEY (portfolio_id, change_id),
    CHECK (from_status <> to_status)
);
COMMENT ON TABLE portfolio_status_changes IS 'only ever added to';
COMMENT ON COLUMN portfolio_status_changes.ordered_by IS 'whose token it was asked for with; null where a guard did it';
COMMENT ON COLUMN portfolio_status_changes.resets IS 'what a reactivation let begin anew';
COMMENT ON COLUMN portfolio_status_changes.pause_id IS 'the pause of all that it was part of, or that it undid';
CREATE INDEX idx_portfolio_status_changes_pause
ON portfolio_status_changes (pause_id) WHERE pause_id IS NOT NULL;

ALTER TABLE portfolio_status_changes ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_portfolio ON portfolio_status_changes TO prescient_app
USING (true) WITH CHECK (true);
CREATE POLICY named_portfolio ON portfolio_status_changes TO prescient_portfolio
USING (portfolio_id = NULLIF(current_setting('prescient.portfolio_id', true), '')::int)
WITH CHECK (portfolio_id = NULLIF(current_setting('prescient.portfolio_id', true), '')::int);
GRANT SELECT, INSERT ON portfolio_status_changes TO prescient_app, prescient_portfolio;

-- snapshot pauses the one portfolio that it names, where a guard says so.
GRANT UPDATE (status, status_reason, drawdown_warned_at, peak_profit, index_peak)
ON portfolios TO prescient_portfolio;
