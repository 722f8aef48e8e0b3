-- name: select_held_outcomes
-- Read the outcomes that portfolios hold, each with its highest stop and its lowest take-profit.
SELECT
    market_id, action, max(stop_loss_bid) AS stop_loss_bid, min(take_profit_bid) AS take_profit_bid
FROM portfolio_positions
WHERE status = 'open'
GROUP BY market_id, action
ORDER BY market_id, action;

-- name: select_priced
-- Read the open positions in some markets, each with what a batch saw of the outcome that it holds.
-- Only where no other batch has seen the market since, and it is still the one that was bought; of
-- what was sold of since, only what is to be settled: an update that runs again would take the same
-- bids twice.
SELECT
    position.id AS position_id, position.portfolio_id, position.market_id, position.action,
    position.shares, position.cost_basis, position.stop_loss_bid, position.take_profit_bid,
    seen.best_bid, seen.best_ask, seen.liquidity, seen.yes_payout,
    seen.accepting_orders AND NOT seen.closed AS tradable,
    book.bids::text AS bids, book.asks::text AS asks, -- read level by level
    market.fee_rate, market.fee_exponent
FROM portfolio_positions AS position
JOIN market_snapshots AS seen
    ON seen.batch_id = %(batch_id)s AND seen.market_id = position.market_id
JOIN market_prices AS price
    ON price.market_id = seen.market_id AND price.observed_at <= seen.timestamp
JOIN markets AS market ON market.market_id = seen.market_id
LEFT JOIN order_books AS book
    ON book.batch_id = seen.batch_id AND book.market_id = seen.market_id
    AND book.outcome = split_part(position.action, '_', 2)
WHERE position.status = 'open' AND position.shares IS NOT NULL
    AND position.market_id = ANY (%(market_ids)s::text[])
    AND position.portfolio_id = ANY (%(portfolio_ids)s::int[])
    AND (seen.identity = position.identity) IS NOT FALSE
    AND (price.identity = position.identity) IS NOT FALSE
    AND (seen.yes_payout IS NOT NULL OR NOT EXISTS (
        SELECT FROM position_exits AS made
        WHERE made.portfolio_id = position.portfolio_id AND made.position_id = position.id
            AND made.timestamp >= seen.timestamp
    ))
ORDER BY position.portfolio_id, position.id;

-- name: insert_exits
-- Store exits and take what they sold from their positions.
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%(exits)s) AS given (
        portfolio_id int, position_id bigint, kind text, shares numeric, price numeric,
        proceeds numeric, fee numeric, cost_basis numeric, realized_pnl numeric, evidence text,
        source text, ordered_by text, reason text, quoted_at timestamptz, matches jsonb
    )
), stored AS (
    INSERT INTO position_exits (
        portfolio_id, position_id, kind, shares, price, proceeds, fee, cost_basis, realized_pnl,
        evidence, source, ordered_by, reason, quoted_at, matches, batch_id, timestamp
    )
    SELECT
        portfolio_id, position_id, kind, shares, price, proceeds, fee, cost_basis, realized_pnl,
        evidence, source, ordered_by, reason, quoted_at, matches, %(batch_id)s, %(now)s
    FROM given
)
UPDATE portfolio_positions AS position SET
    shares = coalesce(position.shares - given.shares, 0),
    cost_basis = position.cost_basis - given.cost_basis,
    realized_pnl = position.realized_pnl + given.realized_pnl,
    status = CASE WHEN position.shares > given.shares THEN 'open' ELSE 'closed' END,
    exit_price = given.price,
    exit_timestamp = %(now)s,
    flag = NULL
FROM given
WHERE position.portfolio_id = given.portfolio_id AND position.id = given.position_id;

-- name: follow_positions
-- Give the trades of these positions the status and realized P&L of the positions.
UPDATE trades AS trade SET status = position.status, realized_pnl = position.realized_pnl
FROM portfolio_positions AS position
WHERE position.portfolio_id = trade.portfolio_id AND position.trade_id = trade.trade_id
    AND position.id = ANY (%(position_ids)s::bigint[]);

-- name: add_realized
-- Add realized P&L to the totals of portfolios.
UPDATE portfolios SET realized_pnl = portfolios.realized_pnl + given.realized_pnl
FROM (
    SELECT portfolio_id, sum(realized_pnl) AS realized_pnl
    FROM unnest(%(portfolio_ids)s::int[], %(realized_pnls)s::numeric[])
        AS made (portfolio_id, realized_pnl)
    GROUP BY portfolio_id
) AS given
WHERE portfolios.portfolio_id = given.portfolio_id;

-- name: select_closed
-- Read the realized P&L of those of the positions that are closed, in the order given.
SELECT portfolio_id, realized_pnl FROM portfolio_positions
WHERE id = ANY (%(position_ids)s::bigint[]) AND status = 'closed'
ORDER BY array_position(%(position_ids)s::bigint[], id);

-- name: select_records
-- Read the trading record of each portfolio of which a position closed.
SELECT
    portfolio_id, closed_positions, total_winning_trades, total_losing_trades, closed_pnl,
    current_run, max_consecutive_wins, max_consecutive_losses
FROM portfolios
WHERE portfolio_id IN (
    SELECT portfolio_id FROM portfolio_positions
    WHERE id = ANY (%(position_ids)s::bigint[]) AND status = 'closed'
);

-- name: update_records
-- Store the trading records of portfolios.
UPDATE portfolios SET
    closed_positions = given.closed,
    total_winning_trades = given.winning,
    total_losing_trades = given.losing,
    closed_pnl = given.closed_pnl,
    avg_trade_pnl = given.average_pnl,
    current_run = given.current_run,
    max_consecutive_wins = given.max_consecutive_wins,
    max_consecutive_losses = given.max_consecutive_losses
FROM jsonb_to_recordset(%(records)s) AS given (
    portfolio_id int, closed int, winning int, losing int, closed_pnl numeric, average_pnl numeric,
    current_run int, max_consecutive_wins int, max_consecutive_losses int
)
WHERE portfolios.portfolio_id = given.portfolio_id;

-- name: flag_positions
-- Set or clear the flag of each open position, and count those that have one.
WITH wanted AS (
    SELECT
        position.id,
        CASE
            WHEN position.shares IS NULL THEN 'unknown_shares'
            WHEN (position.identity = price.identity) IS FALSE THEN 'identity_changed'
            ELSE coalesce(given.flag, price.resolution_flag)
        END AS flag
    FROM portfolio_positions AS position
    LEFT JOIN market_prices AS price ON price.market_id = position.market_id
    LEFT JOIN unnest(%(market_ids)s::text[], %(flags)s::text[]) AS given (market_id, flag)
        ON given.market_id = position.market_id
    -- Nearly all positions have no flag and get none.
    WHERE position.status = 'open' AND (
        position.flag IS NOT NULL
        OR position.shares IS NULL
        OR position.identity_changed_at IS NOT NULL
        OR position.market_id = ANY (%(market_ids)s::text[])
        OR position.market_id IN (
            SELECT market_id FROM market_prices WHERE resolution_flag IS NOT NULL
        )
    )
), changed AS (
    UPDATE portfolio_positions AS position SET flag = wanted.flag
    FROM wanted
    WHERE position.id = wanted.id AND position.status = 'open'
        AND position.flag IS DISTINCT FROM wanted.flag
)
SELECT count(*) FROM wanted WHERE flag IS NOT NULL;
