-- name: select_signals
-- Read a page of a portfolio's signals, newest first.
SELECT
    id AS number, cycle_id, strategy_type, timestamp, market_id, market_question, event_id,
    event_title, event_end_date, action, target_price, amount, shares, confidence,
    win_probability, reason, yes_price, no_price, market_liquidity, market_volume, group_id,
    config_version, code_version, known.status, executed_at, trade_id, rejection
FROM trading_signals
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN executed THEN 'executed' WHEN rejection IS NULL THEN 'pending' ELSE 'rejected'
    END AS status
) AS known
WHERE portfolio_id = %(portfolio_id)s
    AND timestamp >= coalesce(%(since)s, '-infinity'::timestamptz)
    AND timestamp < coalesce(%(until)s, 'infinity'::timestamptz)
    AND (timestamp, id)
        < (coalesce(%(after_moment)s, 'infinity'::timestamptz), coalesce(%(after_number)s, 0))
    AND (%(market_id)s::text IS NULL OR market_id = %(market_id)s)
    AND (%(status)s::text IS NULL OR known.status = %(status)s)
ORDER BY timestamp DESC, id DESC
LIMIT %(limit)s;
