-- A year of days and a month of points of %(portfolios)s portfolios, and the least that reads them.

-- name: add_portfolios
INSERT INTO portfolios (
    name, strategy_type, initial_balance, current_balance, peak_equity, created_at, last_updated
)
SELECT 'number ' || n, 'momentum', 10000, 10000, 10000, '2026-01-01', '2026-12-31'
FROM generate_series(1, %(portfolios)s) AS n;

-- name: add_points
INSERT INTO portfolio_equity (
    portfolio_id, timestamp, balance, total_invested, total_profit_loss, equity, equity_at_bid,
    open_positions
)
SELECT
    portfolio_id, moment, 10000, 0, 0, 10000 + (portfolio_id * 7919 + n * 104729) %% 500,
    10000, 0
FROM portfolios
CROSS JOIN generate_series(
    TIMESTAMPTZ '2026-12-01 00:00+00', '2026-12-30 23:00+00', interval '1 hour'
) WITH ORDINALITY AS at (moment, n)
UNION ALL
SELECT portfolio_id, created_at, 10000, 0, 0, 10000, 10000, 0 FROM portfolios;

-- name: add_days
INSERT INTO portfolio_history (
    portfolio_id, snapshot_date, timestamp, balance, total_invested, total_profit_loss,
    total_value, open_positions, trade_count
)
SELECT
    portfolio_id, day, day + interval '23 hours', 10000, 0, 0,
    10000 + (portfolio_id * 7919 + n * 104729) %% 500, 0, 0
FROM portfolios
CROSS JOIN generate_series(DATE '2026-01-01', '2026-12-31', interval '1 day')
    WITH ORDINALITY AS at (day, n);

-- name: read_series
-- The floor of reading all series: the days alone, as arrays.
SELECT
    portfolio_id, array_agg(snapshot_date - DATE '0001-01-01' ORDER BY snapshot_date),
    array_agg((total_value * 100)::bigint ORDER BY snapshot_date)
FROM portfolio_history
GROUP BY portfolio_id;

-- name: read_points
-- The floor of a page of points: one index scan.
SELECT * FROM portfolio_equity WHERE portfolio_id = %(portfolio_id)s
ORDER BY timestamp DESC, entry_no DESC LIMIT 201;

-- name: read_days
-- The floor of a page of days.
SELECT * FROM portfolio_history WHERE portfolio_id = %(portfolio_id)s
ORDER BY snapshot_date DESC LIMIT 201;

-- name: read_metrics
-- The floor of a portfolio's metrics.
SELECT * FROM portfolio_performance_cache WHERE portfolio_id = %(portfolio_id)s;
