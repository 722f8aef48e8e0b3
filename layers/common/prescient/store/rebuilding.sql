-- name: select_entries
-- Read the buys of portfolios, what their positions repeat, and what their batches offered.
-- In two steps: to plan the joins as one would take longer than to read the rows of a portfolio.
WITH bought AS MATERIALIZED (
    SELECT
        trade.id, trade.portfolio_id, trade.trade_id, trade.origin <> 'live' AS inherited,
        trade.cycle_id, trade.market_id, trade.action, trade.shares, trade.amount, trade.fee,
        trade.entry_price, trade.evidence, trade.shared_depth, -entry.amount AS paid,
        trade.target_price, signal.target_price AS signal_price, trade.confidence,
        signal.confidence AS signal_confidence, position.id AS position_id,
        position.status AS position_status, position.amount AS position_amount,
        position.fee AS position_fee, position.entry_price AS position_entry_price,
        position.evidence AS position_evidence, position.entry_bid, position.group_id,
        position.stop_loss_bid, position.take_profit_bid
    FROM trades AS trade
    LEFT JOIN cash_ledger AS entry
        ON entry.portfolio_id = trade.portfolio_id AND entry.source = 'trade:' || trade.trade_id
    LEFT JOIN trading_signals AS signal
        ON signal.portfolio_id = trade.portfolio_id AND signal.trade_id = trade.trade_id
    LEFT JOIN portfolio_positions AS position
        ON position.portfolio_id = trade.portfolio_id AND position.trade_id = trade.trade_id
    WHERE trade.portfolio_id = ANY (%(portfolio_ids)s::int[])
), sharing AS MATERIALIZED (
    SELECT
        trade.id, sum(trade.shares) OVER same AS taken_by_now,
        sum(trade.shares) OVER (PARTITION BY trade.cycle_id, trade.market_id, trade.action)
            = depth.shares AS is_known
    FROM trades AS trade
    JOIN trading_cycles AS cycle ON cycle.cycle_id = trade.cycle_id
    JOIN taken_depth AS depth
        ON depth.batch_id = cycle.batch_id AND depth.market_id = trade.market_id
        AND depth.outcome = split_part(trade.action, '_', 2) AND depth.side = 'asks'
    WHERE trade.shared_depth
    WINDOW same AS (PARTITION BY trade.cycle_id, trade.market_id, trade.action ORDER BY trade.id)
)
SELECT
    bought.*,
    CASE
        WHEN NOT bought.shared_depth THEN 0
        WHEN sharing.is_known THEN sharing.taken_by_now - bought.shares
    END AS taken,
    coalesce(market.fee_rate, 0) AS fee_rate, coalesce(market.fee_exponent, 1) AS fee_exponent,
    coalesce(market.tick_size, 0.01) AS tick_size, seen.batch_id, seen.best_bid, seen.best_ask,
    seen.mark, seen.liquidity, seen.yes_payout, book.bids, book.asks
FROM bought
LEFT JOIN sharing ON sharing.id = bought.id
LEFT JOIN trading_cycles AS cycle ON cycle.cycle_id = bought.cycle_id
LEFT JOIN markets AS market ON market.market_id = bought.market_id
LEFT JOIN market_snapshots AS seen
    ON seen.batch_id = cycle.batch_id AND seen.market_id = bought.market_id
LEFT JOIN order_books AS book
    ON book.batch_id = cycle.batch_id AND book.market_id = bought.market_id
    AND book.outcome = split_part(bought.action, '_', 2) AND book.listed;

-- name: select_exits
-- Read the exits of portfolios, and what the batch of the exit, or of the cycle that sold, showed.
WITH made AS MATERIALIZED (
    SELECT
        made.portfolio_id, made.position_id, made.id AS exit_id,
        position.origin <> 'live' AND made.batch_id IS NULL AND made.matches IS NULL AS inherited,
        made.kind, position.action, position.market_id, made.shares, made.price, made.proceeds,
        made.fee, made.evidence, made.matches, entry.amount AS received, made.batch_id,
        signal.cycle_id,
        CASE
            WHEN made.id = max(made.id) OVER (PARTITION BY made.portfolio_id, made.position_id)
                THEN position.exit_price
        END AS position_price
    FROM position_exits AS made
    JOIN portfolio_positions AS position
        ON position.portfolio_id = made.portfolio_id AND position.id = made.position_id
    LEFT JOIN cash_ledger AS entry
        ON entry.portfolio_id = made.portfolio_id AND entry.source = made.source
    LEFT JOIN trading_signals AS signal
        ON made.kind = 'sell' AND signal.portfolio_id = made.portfolio_id
        AND signal.market_id = position.market_id AND signal.executed_at = made.timestamp
        AND signal.action = replace(position.action, 'buy', 'sell')
    WHERE made.portfolio_id = ANY (%(portfolio_ids)s::int[])
)
SELECT
    made.portfolio_id, made.position_id, made.exit_id, made.inherited, made.kind, made.action,
    made.shares, made.price, made.proceeds, made.fee, made.evidence, made.matches, made.received,
    made.position_price, coalesce(cycle.shared_depth, false) AS shared_depth,
    coalesce(market.fee_rate, 0) AS fee_rate, coalesce(market.fee_exponent, 1) AS fee_exponent,
    seen.batch_id, seen.best_bid, seen.best_ask, seen.liquidity, seen.yes_payout,
    book.bids, book.asks
FROM made
LEFT JOIN trading_cycles AS cycle ON cycle.cycle_id = made.cycle_id
LEFT JOIN markets AS market ON market.market_id = made.market_id
LEFT JOIN market_snapshots AS seen
    ON seen.batch_id = coalesce(made.batch_id, cycle.batch_id)
    AND seen.market_id = made.market_id
LEFT JOIN order_books AS book
    ON book.batch_id = seen.batch_id AND book.market_id = seen.market_id
    AND book.outcome = split_part(made.action, '_', 2);

-- name: select_configurations
-- Read the configurations of portfolios: that of today, the versions that were kept, and those that
-- their cycles kept, which code without versions may have made.
SELECT portfolio_id, strategy_type, strategy_config, config_version, 'today' AS source
FROM portfolios WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
UNION ALL
SELECT portfolio_id, strategy_type, strategy_config, version, 'version'
FROM portfolio_configurations WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
UNION ALL
SELECT DISTINCT ON (ran.portfolio_id, ran.strategy_config)
    ran.portfolio_id, portfolio.strategy_type, ran.strategy_config, portfolio.config_version,
    'cycle'
FROM cycle_portfolios AS ran
JOIN portfolios AS portfolio ON portfolio.portfolio_id = ran.portfolio_id
WHERE ran.portfolio_id = ANY (%(portfolio_ids)s::int[]) AND ran.executed_at IS NOT NULL;

-- name: select_published
-- Read what was published of the markets that portfolios held, while they held them, in the order
-- of time. A day before the first entry is enough: its cycle showed the market.
SELECT
    batch.completed_at, batch.batch_id, seen.market_id, seen.timestamp, seen.mark, seen.best_bid,
    seen.best_ask, seen.identity
FROM (
    SELECT
        market_id, min(entry_timestamp) - interval '1 day' AS entered,
        CASE WHEN bool_or(status = 'open') THEN 'infinity' ELSE max(exit_timestamp) END AS left_at
    FROM portfolio_positions
    WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
    GROUP BY market_id
) AS held
JOIN market_snapshots AS seen
    ON seen.market_id = held.market_id AND seen.timestamp BETWEEN held.entered AND held.left_at
JOIN market_batches AS batch ON batch.batch_id = seen.batch_id AND batch.status = 'complete'
    AND batch.kind NOT IN ('recording', 'outcomes')  -- which move no price
ORDER BY batch.completed_at, batch.batch_id;

-- name: select_moments
-- Read all rows that tell what portfolios were worth at some time, in the order of time.
SELECT
    portfolio_id, 'equity point' AS row, timestamp AS at, timestamp AS until, balance,
    total_invested, total_profit_loss, equity, equity_at_bid, open_positions,
    NULL::int AS trade_count, nullif(entry_no, 0) AS entry_no
FROM portfolio_equity WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
UNION ALL
SELECT
    portfolio_id, 'history', timestamp, timestamp, balance, total_invested, total_profit_loss,
    total_value, NULL, open_positions, trade_count, NULL
FROM portfolio_history
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]) AND origin = 'live'
UNION ALL
SELECT
    ran.portfolio_id, 'cycle', ran.executed_at,
    greatest(ran.executed_at, coalesce(cycle.ended_at, ran.executed_at)), NULL, NULL, NULL,
    ran.equity, NULL, NULL, NULL, NULL
FROM cycle_portfolios AS ran
JOIN trading_cycles AS cycle ON cycle.cycle_id = ran.cycle_id
WHERE ran.portfolio_id = ANY (%(portfolio_ids)s::int[]) AND ran.executed_at IS NOT NULL
    AND ran.equity IS NOT NULL
ORDER BY at, entry_no, portfolio_id;

-- name: select_flows
-- The moments at which equity points tell of other flows than the ledger, since they note entries.
WITH told AS (
    SELECT portfolio_id, timestamp, sum(flow) AS amount
    FROM portfolio_equity
    WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
    GROUP BY portfolio_id, timestamp
    HAVING bool_or(entry_no > 0)
), posted AS (
    SELECT portfolio_id, timestamp, sum(amount) AS amount
    FROM cash_ledger
    WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]) AND kind = ANY (%(flow_kinds)s::text[])
    GROUP BY portfolio_id, timestamp
)
SELECT
    portfolio_id, timestamp AS at, told.amount AS told, coalesce(posted.amount, 0) AS posted
FROM told LEFT JOIN posted USING (portfolio_id, timestamp)
WHERE told.amount <> coalesce(posted.amount, 0)
ORDER BY portfolio_id, timestamp;

-- name: select_days
-- The days of portfolios that are not the last equity point before their end, or are missing.
SELECT
    day.portfolio_id, day.snapshot_date AS day, day.timestamp AS told,
    newest.timestamp AS newest, day.before
FROM (
    SELECT
        portfolio_id, snapshot_date, timestamp,
        lag(snapshot_date) OVER (PARTITION BY portfolio_id ORDER BY snapshot_date) AS before
    FROM portfolio_history
    WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]) AND origin = 'live'
) AS day
LEFT JOIN LATERAL (
    SELECT point.timestamp FROM portfolio_equity AS point
    WHERE point.portfolio_id = day.portfolio_id
        AND point.timestamp < (day.snapshot_date + 1)::timestamp AT TIME ZONE 'UTC'
    ORDER BY point.timestamp DESC
    LIMIT 1
) AS newest ON true
WHERE newest.timestamp > day.timestamp OR day.before < day.snapshot_date - 1
ORDER BY day.portfolio_id, day.snapshot_date;

-- name: count_inherited_history
-- Count the rows of days that come from schema v1.
SELECT count(*) FROM portfolio_history
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]) AND origin <> 'live';

-- name: select_before
-- Read the newest price before a moment of each market that a portfolio held about then, and that
-- of what it bought, where the id stands for another market by now.
SELECT
    batch.completed_at, batch.batch_id, held.market_id, seen.timestamp, seen.mark, seen.best_bid,
    seen.best_ask, seen.identity
FROM (
    SELECT DISTINCT market_id, identity FROM portfolio_positions
    WHERE portfolio_id = %(portfolio_id)s AND entry_timestamp <= %(latest)s
        AND (status = 'open' OR exit_timestamp >= %(earliest)s)
) AS held
CROSS JOIN (VALUES (true), (false)) AS wanted (own)
CROSS JOIN LATERAL (
    SELECT newest.* FROM market_snapshots AS newest
    JOIN market_batches AS completed ON completed.batch_id = newest.batch_id
        AND completed.status = 'complete' AND completed.completed_at < %(earliest)s
        AND completed.kind NOT IN ('recording', 'outcomes')  -- which move no price
    WHERE newest.market_id = held.market_id AND newest.timestamp < %(earliest)s
        AND newest.mark IS NOT NULL
        AND (NOT wanted.own OR (newest.identity = held.identity) IS NOT FALSE)
    ORDER BY newest.timestamp DESC
    LIMIT 1
) AS seen
JOIN market_batches AS batch ON batch.batch_id = seen.batch_id
ORDER BY seen.timestamp;

-- name: select_near
-- Read what was published of the markets that a portfolio holds about a moment, oldest first.
SELECT
    batch.completed_at, batch.batch_id, seen.market_id, seen.timestamp, seen.mark, seen.best_bid,
    seen.best_ask, seen.identity
FROM market_batches AS batch
JOIN market_snapshots AS seen ON seen.batch_id = batch.batch_id
WHERE batch.status = 'complete' AND batch.completed_at BETWEEN %(earliest)s AND %(latest)s
    AND batch.kind NOT IN ('recording', 'outcomes')  -- which move no price
    AND seen.market_id IN (
        SELECT market_id FROM portfolio_positions
        WHERE portfolio_id = %(portfolio_id)s AND entry_timestamp <= %(latest)s
            AND (status = 'open' OR exit_timestamp >= %(earliest)s)
    )
ORDER BY batch.completed_at, batch.batch_id;

-- name: select_is_whole
-- Whether the newest batch before a moment still has all the markets that it saw.
SELECT trimmed_at IS NULL AND markets = (
    SELECT count(*) FROM market_snapshots AS seen WHERE seen.batch_id = batch.batch_id
)
FROM market_batches AS batch
WHERE status = 'complete' AND kind NOT IN ('recording', 'outcomes') AND completed_at <= %(at)s
ORDER BY completed_at DESC, batch_id DESC
LIMIT 1;

-- name: select_cycle_counts
-- Read how many signals and trades the parts of cycles claim, beside how many there are.
SELECT
    ran.portfolio_id, ran.cycle_id, ran.signals, ran.trades, ran.rejections,
    coalesce(stored.signals, 0) AS stored_signals, coalesce(stored.trades, 0) AS stored_trades,
    coalesce(stored.rejected, 0) AS stored_rejected
FROM cycle_portfolios AS ran
LEFT JOIN (
    SELECT
        portfolio_id, cycle_id, count(*) AS signals, count(*) FILTER (WHERE executed) AS trades,
        count(*) FILTER (WHERE rejection IS NOT NULL) AS rejected
    FROM trading_signals
    WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
    GROUP BY portfolio_id, cycle_id
) AS stored ON stored.portfolio_id = ran.portfolio_id AND stored.cycle_id = ran.cycle_id
WHERE ran.portfolio_id = ANY (%(portfolio_ids)s::int[]) AND ran.executed_at IS NOT NULL;

-- name: select_transfers
-- Read the transfers of the log, and those of the ledgers, each as amounts of one portfolio.
SELECT 'log' AS source, from_portfolio_id AS portfolio_id, timestamp AS at, -amount AS amount
FROM portfolio_rebalancing_log WHERE from_portfolio_id IS NOT NULL
UNION ALL
SELECT 'log', to_portfolio_id, timestamp, amount
FROM portfolio_rebalancing_log WHERE to_portfolio_id IS NOT NULL
UNION ALL
SELECT 'ledger', portfolio_id, timestamp, amount
FROM cash_ledger WHERE kind IN ('transfer_in', 'transfer_out');
