-- name: select_portfolio_ids
-- Read the ids of all portfolios.
SELECT portfolio_id FROM portfolios ORDER BY portfolio_id;

-- name: select_totals
-- Read the totals of portfolios as stored, to be compared with what the books give.
SELECT
    portfolio_id, initial_balance, current_balance, total_invested, total_profit_loss,
    realized_pnl, total_value, value_at_bid, peak_equity, max_drawdown, open_positions,
    trade_count, total_winning_trades, total_losing_trades, avg_trade_pnl, closed_positions,
    closed_pnl, current_run, max_consecutive_wins, max_consecutive_losses, last_trade_at,
    coalesce(peak_profit, total_profit_loss), coalesce(index_peak, total_value)
FROM portfolios WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]);

-- name: select_ledger
-- Read the ledger of portfolios, oldest entry first.
SELECT portfolio_id, entry_no, kind, amount, balance_after, source, timestamp
FROM cash_ledger WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
ORDER BY portfolio_id, entry_no;

-- name: select_trades
-- Read the trades of portfolios, each with its signals and the limits of its cycle.
SELECT
    trade.portfolio_id, trade.trade_id, trade.event_id, trade.amount + trade.fee, trade.shares,
    (
        SELECT count(*) FROM trading_signals AS signal
        WHERE signal.portfolio_id = trade.portfolio_id AND signal.trade_id = trade.trade_id
            AND signal.executed
    ),
    trade.origin <> 'live', trade.timestamp, trade.status, coalesce(trade.realized_pnl, 0),
    (ran.limits ->> 'max_position_size')::numeric,
    (ran.limits ->> 'max_total_exposure')::numeric,
    (ran.limits ->> 'max_event_exposure')::numeric,
    (ran.limits ->> 'max_positions')::int
FROM trades AS trade
LEFT JOIN cycle_portfolios AS ran
    ON ran.portfolio_id = trade.portfolio_id AND ran.cycle_id = trade.cycle_id
WHERE trade.portfolio_id = ANY (%(portfolio_ids)s::int[])
ORDER BY trade.portfolio_id, trade.id;

-- name: select_positions
-- Read the positions of portfolios, each with the newest mark and quote of its market.
SELECT
    position.portfolio_id, position.id, position.trade_id, position.market_id, position.action,
    position.bought_shares, position.shares, position.cost_basis, position.realized_pnl,
    position.status,
    CASE WHEN price.market_id IS NULL THEN position.kept_mark ELSE price.mark END,
    price.best_bid, price.best_ask, position.identity
FROM portfolio_positions AS position
LEFT JOIN market_prices AS price
    ON price.market_id = position.market_id AND (price.identity = position.identity) IS NOT FALSE
WHERE position.portfolio_id = ANY (%(portfolio_ids)s::int[])
ORDER BY position.portfolio_id, position.id;

-- name: select_exits
-- Read the exits of portfolios, oldest first.
SELECT portfolio_id, position_id, shares, proceeds, fee, cost_basis, source
FROM position_exits WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
ORDER BY portfolio_id, id;

-- name: select_equity
-- How many equity points each portfolio has, their highest P&L, and their deepest fall from there.
-- Their order is that of the ledger's entries, which is that of the commits; where a point does not
-- note its entry, that of their times. Of one moment the last counts: a flow moves no P&L.
SELECT
    portfolio_id, count(*), greatest(max(total_profit_loss), 0),
    max(greatest(highest, 0) - total_profit_loss)
FROM (
    SELECT
        portfolio_id, total_profit_loss,
        max(total_profit_loss) OVER (PARTITION BY portfolio_id ORDER BY place, timestamp) AS highest
    FROM (
        SELECT DISTINCT ON (portfolio_id, timestamp)
            portfolio_id, timestamp, total_profit_loss,
            CASE entry_no
                WHEN 0 THEN max(entry_no) OVER (PARTITION BY portfolio_id ORDER BY timestamp)
                ELSE entry_no
            END AS place
        FROM portfolio_equity WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
        ORDER BY portfolio_id, timestamp, entry_no DESC
    ) AS placed
) AS point
GROUP BY portfolio_id;

-- name: select_held_by_market
-- Read what all portfolios hold of each market, in dollars of cost.
SELECT market_id, sum(cost_basis) FROM portfolio_positions WHERE status = 'open' GROUP BY market_id;

-- name: select_market_exposure
-- Read the exposure of each market as stored, in dollars of cost.
SELECT market_id, cost_basis FROM market_exposure;

-- name: select_marks_of_held
-- Read the mark of each held market, beside the newest that the tape has of it.
SELECT price.market_id, price.mark, newest.mark
FROM market_prices AS price
CROSS JOIN LATERAL (
    SELECT seen.mark FROM market_snapshots AS seen
    JOIN market_batches AS batch ON batch.batch_id = seen.batch_id AND batch.status = 'complete'
        AND batch.kind NOT IN ('recording', 'outcomes')  -- which move no price
    WHERE seen.market_id = price.market_id AND seen.mark IS NOT NULL
        AND (seen.identity = price.identity) IS NOT FALSE
    ORDER BY seen.timestamp DESC, (seen.batch_id = price.batch_id) DESC
    LIMIT 1
) AS newest
WHERE price.market_id IN (SELECT market_id FROM portfolio_positions WHERE status = 'open')
ORDER BY price.market_id;

-- name: select_capital
-- Read the capital in use as stored, in dollars of cost.
SELECT cost_basis FROM capital_in_use WHERE id = 1;

-- name: select_transfers
-- Read transfers between portfolios, except those whose other side is deleted.
SELECT entry.source, entry.amount FROM cash_ledger AS entry
WHERE entry.kind IN ('transfer_in', 'transfer_out')
    AND NOT EXISTS (
        SELECT FROM portfolio_rebalancing_log AS log
        WHERE log.timestamp = entry.timestamp AND log.amount = abs(entry.amount)
            AND entry.portfolio_id IN (log.from_portfolio_id, log.to_portfolio_id)
            AND (log.from_portfolio_id IS NULL OR log.to_portfolio_id IS NULL)
    )
ORDER BY entry.source;
