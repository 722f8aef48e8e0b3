-- name: select_trades
-- Read a page of a portfolio's trades, newest first.
SELECT
    trade.id AS number, trade.trade_id, position.id AS position_id, trade.cycle_id,
    trade.timestamp, trade.market_id, trade.market_question, trade.event_id, trade.event_title,
    trade.event_end_date, trade.action, trade.shares, trade.amount, trade.fee, trade.entry_price,
    trade.target_price, trade.evidence, trade.quote_delay_seconds, trade.confidence, trade.reason,
    trade.status, trade.group_id, trade.realized_pnl
FROM trades AS trade
LEFT JOIN portfolio_positions AS position
    ON position.portfolio_id = trade.portfolio_id AND position.trade_id = trade.trade_id
WHERE trade.portfolio_id = %(portfolio_id)s
    AND trade.timestamp >= coalesce(%(since)s, '-infinity'::timestamptz)
    AND trade.timestamp < coalesce(%(until)s, 'infinity'::timestamptz)
    AND (trade.timestamp, trade.id)
        < (coalesce(%(after_moment)s, 'infinity'::timestamptz), coalesce(%(after_number)s, 0))
    AND (%(status)s::text IS NULL OR trade.status = %(status)s)
    AND (%(market_id)s::text IS NULL OR trade.market_id = %(market_id)s)
ORDER BY trade.timestamp DESC, trade.id DESC
LIMIT %(limit)s;
