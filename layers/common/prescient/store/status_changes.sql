-- name: record_change
-- Add a change of status to the record of its portfolio.
INSERT INTO portfolio_status_changes (
    portfolio_id, changed_at, from_status, to_status, reason, ordered_by, resets, pause_id
) VALUES (
    %(portfolio_id)s, %(now)s, %(from_status)s, %(to_status)s, %(reason)s, %(ordered_by)s,
    %(resets)s, %(pause_id)s
);

-- name: lock_active
-- Lock the portfolios that trade.
SELECT portfolio_id FROM portfolios WHERE status = 'active' ORDER BY portfolio_id FOR UPDATE;

-- name: open_pause
-- Record that all portfolios are paused by one act.
INSERT INTO portfolio_pauses (paused_at, ordered_by, reason)
VALUES (%(now)s, %(ordered_by)s, %(reason)s)
RETURNING pause_id;

-- name: change_all
-- Change the status of these portfolios, each for its reason, and add that to their records.
WITH changed AS (
    UPDATE portfolios SET
        status = %(to_status)s, status_reason = given.reason, last_updated = %(now)s
    FROM unnest(%(portfolio_ids)s::int[], %(reasons)s::text[]) AS given (portfolio_id, reason)
    WHERE portfolios.portfolio_id = given.portfolio_id AND portfolios.status = %(from_status)s
    RETURNING portfolios.portfolio_id, given.reason
)
INSERT INTO portfolio_status_changes (
    portfolio_id, changed_at, from_status, to_status, reason, ordered_by, resets, pause_id
)
SELECT
    portfolio_id, %(now)s, %(from_status)s, %(to_status)s, reason, %(ordered_by)s, %(resets)s,
    %(pause_id)s::bigint
FROM changed
RETURNING portfolio_id;

-- name: lock_of_pause
-- Lock what a pause stopped.
SELECT portfolio_id FROM portfolios
WHERE status = 'paused' AND portfolio_id IN (
    SELECT portfolio_id FROM portfolio_status_changes
    WHERE pause_id = %(pause_id)s AND to_status = 'paused'
)
ORDER BY portfolio_id
FOR UPDATE;

-- name: select_still_paused
-- Read which portfolios are still paused by this pause, not by anything that came after it.
SELECT portfolio.portfolio_id FROM portfolios AS portfolio
CROSS JOIN LATERAL (
    SELECT change.pause_id FROM portfolio_status_changes AS change
    WHERE change.portfolio_id = portfolio.portfolio_id
    ORDER BY change.change_id DESC
    LIMIT 1
) AS newest
WHERE portfolio.portfolio_id = ANY (%(portfolio_ids)s::int[]) AND portfolio.status = 'paused'
    AND newest.pause_id = %(pause_id)s
ORDER BY portfolio.portfolio_id;

-- name: select_newest_pause
-- Read the newest pause that still holds a portfolio.
SELECT max(newest.pause_id) FROM portfolios AS portfolio
CROSS JOIN LATERAL (
    SELECT change.pause_id FROM portfolio_status_changes AS change
    WHERE change.portfolio_id = portfolio.portfolio_id
    ORDER BY change.change_id DESC
    LIMIT 1
) AS newest
WHERE portfolio.status = 'paused';

-- name: select_pause
-- Read a pause.
SELECT pause_id FROM portfolio_pauses WHERE pause_id = %(pause_id)s;

-- name: select_changes
-- Read a page of the changes of a portfolio's status, newest first.
SELECT change_id, changed_at, from_status, to_status, reason, ordered_by, resets, pause_id
FROM portfolio_status_changes
WHERE portfolio_id = %(portfolio_id)s
    AND change_id < coalesce(%(after_number)s, 9223372036854775807)
ORDER BY change_id DESC
LIMIT %(limit)s;

-- name: select_pauses
-- Read a page of pauses, newest first, and how many portfolios each stopped.
SELECT
    pause.pause_id, pause.paused_at, pause.ordered_by, pause.reason, (
        SELECT count(*)::int FROM portfolio_status_changes AS change
        WHERE change.pause_id = pause.pause_id AND change.to_status = 'paused'
    ) AS portfolios
FROM portfolio_pauses AS pause
WHERE pause.pause_id < coalesce(%(after_number)s, 9223372036854775807)
ORDER BY pause.pause_id DESC
LIMIT %(limit)s;
