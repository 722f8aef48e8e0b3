-- name: insert_equity_points
-- What each of the portfolios is worth, as its totals have it; the row of the day with it, and where
-- that is the first of its day, the days since the row before.
WITH point AS (
    INSERT INTO portfolio_equity (
        portfolio_id, timestamp, entry_no, balance, total_invested, total_profit_loss, equity,
        equity_at_bid, open_positions, flow
    )
    SELECT
        portfolio.portfolio_id, %(now)s, coalesce(newest.entry_no, 0), portfolio.current_balance,
        portfolio.total_invested, portfolio.total_profit_loss, portfolio.total_value,
        portfolio.current_balance + portfolio.value_at_bid, portfolio.open_positions,
        coalesce(given.flow, 0)
    FROM portfolios AS portfolio
    LEFT JOIN unnest(%(flow_ids)s::int[], %(flows)s::numeric[]) AS given (portfolio_id, flow)
        ON given.portfolio_id = portfolio.portfolio_id
    CROSS JOIN LATERAL (
        SELECT max(entry.entry_no) AS entry_no FROM cash_ledger AS entry
        WHERE entry.portfolio_id = portfolio.portfolio_id
    ) AS newest
    WHERE portfolio.portfolio_id = ANY (%(portfolio_ids)s::int[])
    ON CONFLICT (portfolio_id, timestamp, entry_no) DO UPDATE SET
        balance = excluded.balance, total_invested = excluded.total_invested,
        total_profit_loss = excluded.total_profit_loss, equity = excluded.equity,
        equity_at_bid = excluded.equity_at_bid, open_positions = excluded.open_positions
    RETURNING *
), told AS (
    INSERT INTO portfolio_history (
        portfolio_id, snapshot_date, timestamp, balance, total_invested, total_profit_loss,
        total_value, open_positions, trade_count
    )
    SELECT
        point.portfolio_id, (point.timestamp AT TIME ZONE 'UTC')::date, point.timestamp,
        point.balance, point.total_invested, point.total_profit_loss, point.equity,
        point.open_positions, portfolio.trade_count
    FROM point
    JOIN portfolios AS portfolio ON portfolio.portfolio_id = point.portfolio_id
    ON CONFLICT ON CONSTRAINT portfolio_history_day_key DO UPDATE SET
        timestamp = excluded.timestamp, balance = excluded.balance,
        total_invested = excluded.total_invested, total_profit_loss = excluded.total_profit_loss,
        total_value = excluded.total_value, open_positions = excluded.open_positions,
        trade_count = excluded.trade_count
    -- A row of schema v1 stays as it is: a downgrade gives it back.
    WHERE excluded.timestamp >= portfolio_history.timestamp AND portfolio_history.origin = 'live'
    RETURNING portfolio_id, snapshot_date, xmax = 0 AS is_first
)
INSERT INTO portfolio_history (
    portfolio_id, snapshot_date, timestamp, balance, total_invested, total_profit_loss,
    total_value, open_positions, trade_count
)
SELECT
    before.portfolio_id, day.date, before.timestamp, before.balance, before.total_invested,
    before.total_profit_loss, before.total_value, before.open_positions, before.trade_count
FROM told
CROSS JOIN LATERAL (
    SELECT * FROM portfolio_history AS earlier
    WHERE earlier.portfolio_id = told.portfolio_id AND earlier.snapshot_date < told.snapshot_date
    ORDER BY earlier.snapshot_date DESC
    LIMIT 1
) AS before
CROSS JOIN LATERAL generate_series(
    before.snapshot_date + 1, told.snapshot_date - 1, interval '1 day'
) AS day (date)
WHERE told.is_first AND before.origin = 'live';

-- name: carry_days
-- Give portfolios that are not archived their newest row for each day since, up to one.
WITH locked AS MATERIALIZED (
    SELECT portfolio_id FROM portfolios WHERE status <> 'archived' ORDER BY portfolio_id FOR UPDATE
)
INSERT INTO portfolio_history (
    portfolio_id, snapshot_date, timestamp, balance, total_invested, total_profit_loss,
    total_value, open_positions, trade_count
)
SELECT
    newest.portfolio_id, day.date, newest.timestamp, newest.balance, newest.total_invested,
    newest.total_profit_loss, newest.total_value, newest.open_positions, newest.trade_count
FROM locked
CROSS JOIN LATERAL (
    SELECT * FROM portfolio_history AS own
    WHERE own.portfolio_id = locked.portfolio_id
    ORDER BY own.snapshot_date DESC
    LIMIT 1
) AS newest
CROSS JOIN LATERAL generate_series(
    newest.snapshot_date + 1, %(until)s::date, interval '1 day'
) AS day (date)
WHERE newest.origin = 'live'
ON CONFLICT ON CONSTRAINT portfolio_history_day_key DO NOTHING;

-- name: select_thinned
-- Up to which day points have been thinned to one a unit; else when the first portfolio began.
SELECT coalesce(
    (SELECT until FROM equity_thinning WHERE unit = %(unit)s),
    (SELECT min(created_at AT TIME ZONE 'UTC')::date FROM portfolios)
);

-- name: note_thinned
-- Note up to which day points have been thinned to one a unit.
INSERT INTO equity_thinning (unit, until) VALUES (%(unit)s, %(until)s)
ON CONFLICT (unit) DO UPDATE SET until = excluded.until;

-- name: thin_points
-- Delete the points of a day that are not the last of their unit, but for a portfolio's first one
-- and those around flows: what is paid in, equity less P&L, differs from the point before or after.
WITH point AS (
    SELECT
        seen.portfolio_id, seen.timestamp, seen.entry_no,
        lag(seen.paid_in) OVER own = seen.paid_in AND lead(seen.paid_in) OVER own = seen.paid_in
            AS is_no_flow,
        lead(seen.unit) OVER own = seen.unit AS has_later
    FROM unnest(%(portfolio_ids)s::int[]) AS owner (portfolio_id)
    CROSS JOIN LATERAL (
        SELECT (%(day)s::date)::timestamp AT TIME ZONE 'UTC' AS since,
            (%(day)s::date + 1)::timestamp AT TIME ZONE 'UTC' AS until
    ) AS day
    CROSS JOIN LATERAL (
        SELECT
            near.portfolio_id, near.timestamp, near.entry_no,
            near.equity - near.total_profit_loss AS paid_in,
            date_trunc(%(unit)s, near.timestamp AT TIME ZONE 'UTC') AS unit
        FROM (
            (
                SELECT * FROM portfolio_equity AS before
                WHERE before.portfolio_id = owner.portfolio_id AND before.timestamp < day.since
                ORDER BY before.timestamp DESC, before.entry_no DESC
                LIMIT 1
            )
            UNION ALL
            SELECT * FROM portfolio_equity AS within
            WHERE within.portfolio_id = owner.portfolio_id
                AND within.timestamp >= day.since AND within.timestamp < day.until
            UNION ALL
            (
                SELECT * FROM portfolio_equity AS after
                WHERE after.portfolio_id = owner.portfolio_id AND after.timestamp >= day.until
                ORDER BY after.timestamp, after.entry_no
                LIMIT 1
            )
        ) AS near
    ) AS seen
    WINDOW own AS (PARTITION BY seen.portfolio_id ORDER BY seen.timestamp, seen.entry_no)
)
DELETE FROM portfolio_equity AS old
USING point
WHERE old.portfolio_id = point.portfolio_id AND old.timestamp = point.timestamp
    AND old.entry_no = point.entry_no AND point.is_no_flow AND point.has_later
    AND point.timestamp >= (%(day)s::date)::timestamp AT TIME ZONE 'UTC'
    AND point.timestamp < (%(day)s::date + 1)::timestamp AT TIME ZONE 'UTC';

-- name: select_points
-- Read a page of a portfolio's equity points, newest first.
SELECT
    timestamp, entry_no, balance, total_invested, total_profit_loss, equity, equity_at_bid,
    open_positions, flow
FROM portfolio_equity
WHERE portfolio_id = %(portfolio_id)s
    AND timestamp >= coalesce(%(since)s, '-infinity'::timestamptz)
    AND timestamp < coalesce(%(until)s, 'infinity'::timestamptz)
    AND (timestamp, entry_no)
        < (coalesce(%(after_moment)s, 'infinity'::timestamptz), coalesce(%(after_number)s, 0))
ORDER BY timestamp DESC, entry_no DESC
LIMIT %(limit)s;

-- name: select_days
-- Read a page of a portfolio's days, newest first.
SELECT
    snapshot_date, timestamp, balance, total_invested, total_profit_loss, total_value,
    open_positions, trade_count, origin
FROM portfolio_history
WHERE portfolio_id = %(portfolio_id)s
    AND snapshot_date >= coalesce(%(since)s, '-infinity'::date)
    AND snapshot_date < coalesce(%(until)s, 'infinity'::date)
    AND snapshot_date < coalesce(%(after_day)s, 'infinity'::date)
ORDER BY snapshot_date DESC
LIMIT %(limit)s;
