-- name: select_positions
-- Read a page of a portfolio's positions, newest first, with what their markets show now.
WITH page AS (
    SELECT * FROM portfolio_positions
    WHERE portfolio_id = %(portfolio_id)s
        AND id < coalesce(%(after_number)s, 9223372036854775807)
        AND entry_timestamp >= coalesce(%(since)s, '-infinity'::timestamptz)
        AND entry_timestamp < coalesce(%(until)s, 'infinity'::timestamptz)
        AND (%(status)s::text IS NULL OR status = %(status)s)
        AND (%(market_id)s::text IS NULL OR market_id = %(market_id)s)
    ORDER BY id DESC
    LIMIT %(limit)s
)
SELECT
    position.id AS position_id, position.trade_id, position.market_id, position.market_question,
    position.event_id, coalesce(market.event_title, trade.event_title) AS event_title,
    coalesce(market.end_date, trade.event_end_date) AS end_date, market.yes_outcome,
    market.no_outcome, position.action, position.amount, position.fee, position.shares,
    position.cost_basis, position.entry_price, position.entry_timestamp, position.status,
    CASE WHEN valuation.quoted_at IS NOT NULL THEN valuation.bid END AS bid, valuation.ask,
    valuation.quoted_at, valuation.mark_price, valuation.value, valuation.current_pnl,
    position.realized_pnl, position.realized_pnl + coalesce(valuation.current_pnl, 0) AS total_pnl,
    position.stop_loss_bid, position.take_profit_bid, trade.confidence, trade.reason,
    position.flag, position.group_id, position.exit_price, position.exit_timestamp
FROM page AS position
LEFT JOIN position_valuations AS valuation
    ON valuation.portfolio_id = position.portfolio_id AND valuation.position_id = position.id
LEFT JOIN markets AS market ON market.market_id = position.market_id
LEFT JOIN trades AS trade
    ON trade.portfolio_id = position.portfolio_id AND trade.trade_id = position.trade_id
ORDER BY position.id DESC;

-- name: select_fullest_event
-- Read in which event a portfolio has invested most: its cost basis in dollars. Only of one that
-- limits what it invests in an event: of the others nothing is read.
SELECT
    position.event_id, max(market.event_title) AS event_title, sum(position.cost_basis) AS invested
FROM portfolio_positions AS position
LEFT JOIN markets AS market ON market.market_id = position.market_id
WHERE position.portfolio_id = %(portfolio_id)s AND position.status = 'open'
    AND position.event_id IS NOT NULL AND (
        SELECT strategy_config ? 'max_event_exposure' FROM portfolios
        WHERE portfolio_id = %(portfolio_id)s
    )
GROUP BY position.event_id
ORDER BY invested DESC, position.event_id
LIMIT 1;

-- name: select_entries
-- Read what the triggers of a portfolio's open positions follow from; of those that have a bid.
SELECT
    position.id AS position_id, position.entry_price, position.entry_bid, position.group_id,
    coalesce(market.tick_size, 0.01) AS tick_size, coalesce(market.fee_rate, 0) AS fee_rate,
    coalesce(market.fee_exponent, 1) AS fee_exponent
FROM portfolio_positions AS position
LEFT JOIN markets AS market ON market.market_id = position.market_id
WHERE position.portfolio_id = %(portfolio_id)s AND position.status = 'open'
    AND position.entry_bid IS NOT NULL
ORDER BY position.id;

-- name: update_triggers
-- Store the bids at which positions are closed.
UPDATE portfolio_positions AS position SET
    stop_loss_bid = wanted.stop_loss_bid,
    take_profit_bid = wanted.take_profit_bid
FROM unnest(%(position_ids)s::bigint[], %(stops)s::numeric[], %(takes)s::numeric[])
    AS wanted (position_id, stop_loss_bid, take_profit_bid)
WHERE position.portfolio_id = %(portfolio_id)s AND position.id = wanted.position_id;
