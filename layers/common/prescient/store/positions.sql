-- name: select_positions
-- Read a portfolio's positions of a status, newest first, with their valuation.
SELECT
    position.id AS position_id, position.trade_id, position.market_id, position.market_question,
    position.action, position.amount, position.fee, position.shares, position.cost_basis,
    position.entry_price, position.entry_bid, position.entry_timestamp, position.status,
    position.stop_loss_bid, position.take_profit_bid, position.flag, position.group_id,
    position.realized_pnl, position.exit_price, position.exit_timestamp, valuation.mark_price,
    valuation.current_pnl
FROM portfolio_positions AS position
LEFT JOIN position_valuations AS valuation
    ON valuation.portfolio_id = position.portfolio_id AND valuation.position_id = position.id
WHERE position.portfolio_id = %(portfolio_id)s AND position.status = %(status)s
ORDER BY position.entry_timestamp DESC, position.id DESC;

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
