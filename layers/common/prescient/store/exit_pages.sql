-- name: select_exits
-- Read a page of a portfolio's exits, newest first.
SELECT
    made.id AS number, made.position_id, position.trade_id, position.market_id,
    position.market_question, position.action, made.kind, made.shares, made.price, made.proceeds,
    made.fee, made.cost_basis, made.realized_pnl, made.evidence, made.timestamp, made.quoted_at,
    made.ordered_by, made.reason
FROM position_exits AS made
JOIN portfolio_positions AS position
    ON position.portfolio_id = made.portfolio_id AND position.id = made.position_id
WHERE made.portfolio_id = %(portfolio_id)s
    AND made.timestamp >= coalesce(%(since)s, '-infinity'::timestamptz)
    AND made.timestamp < coalesce(%(until)s, 'infinity'::timestamptz)
    AND (made.timestamp, made.id)
        < (coalesce(%(after_moment)s, 'infinity'::timestamptz), coalesce(%(after_number)s, 0))
    AND (%(kind)s::text IS NULL OR made.kind = %(kind)s)
    AND (%(market_id)s::text IS NULL OR position.market_id = %(market_id)s)
ORDER BY made.timestamp DESC, made.id DESC
LIMIT %(limit)s;
