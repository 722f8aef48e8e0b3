-- name: select_orders
-- The open signals of portfolios in a cycle, each with its market in the cycle's batch; a sell signal
-- with the position that it sells.
SELECT
    signal.portfolio_id, signal.id AS signal_id, signal.market_id, signal.event_id, signal.action,
    signal.target_price, signal.amount, signal.shares, signal.group_id, signal.confidence,
    snapshot.liquidity,
    snapshot.best_bid, snapshot.best_ask, snapshot.mark,
    -- Read level by level; of the side that the order does not take only the best.
    CASE WHEN is_sale THEN book.bids ELSE jsonb_path_query_array(book.bids, '$[0]') END::text
        AS bids,
    CASE WHEN is_sale THEN jsonb_path_query_array(book.asks, '$[0]') ELSE book.asks END::text
        AS asks,
    market.tick_size, market.fee_rate, market.fee_exponent,
    NOT snapshot.closed AND snapshot.accepting_orders
        AND NOT price.closed AND price.accepting_orders AS open,
    snapshot.resolution_status, price.resolution_status AS latest_resolution_status,
    (snapshot.identity = price.identity) IS FALSE
        OR (snapshot.identity = market.identity) IS FALSE
        OR (snapshot.identity = position.identity) IS FALSE AS identity_changed,
    cycle.decided_at - coalesce(book.fetched_at, snapshot.timestamp) AS quote_age,
    %(now)s - coalesce(book.fetched_at, snapshot.timestamp) AS quote_delay,
    market.end_date - %(now)s AS time_to_end,
    cycle.shared_depth, coalesce(taken.shares, 0) AS taken_shares,
    position.id AS position_id, position.shares AS held_shares, position.cost_basis
FROM trading_signals AS signal
CROSS JOIN LATERAL (SELECT signal.action IN ('sell_yes', 'sell_no') AS is_sale) AS kind
JOIN trading_cycles AS cycle ON cycle.cycle_id = signal.cycle_id
JOIN market_snapshots AS snapshot
    ON snapshot.batch_id = cycle.batch_id AND snapshot.market_id = signal.market_id
JOIN markets AS market ON market.market_id = signal.market_id
JOIN market_prices AS price ON price.market_id = signal.market_id
LEFT JOIN order_books AS book
    ON book.batch_id = cycle.batch_id AND book.market_id = signal.market_id
    AND book.outcome = split_part(signal.action, '_', 2)
    AND (book.listed OR is_sale)
LEFT JOIN taken_depth AS taken
    ON cycle.shared_depth AND taken.batch_id = cycle.batch_id
    AND taken.market_id = signal.market_id
    AND taken.outcome = split_part(signal.action, '_', 2)
    AND taken.side = CASE split_part(signal.action, '_', 1) WHEN 'buy' THEN 'asks' ELSE 'bids' END
LEFT JOIN portfolio_positions AS position
    ON position.portfolio_id = signal.portfolio_id AND position.market_id = signal.market_id
    AND position.status = 'open' AND is_sale
    AND position.action = replace(signal.action, 'sell', 'buy')
WHERE signal.portfolio_id = ANY (%(portfolio_ids)s::int[]) AND signal.cycle_id = %(cycle_id)s
    AND NOT signal.executed AND signal.rejection IS NULL
ORDER BY signal.id;
