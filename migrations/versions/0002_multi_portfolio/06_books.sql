-- The portfolios' books: ledger, balances, prices, totals, and old beside corrected P&L.

-- name: statistics
ANALYZE position_exits, trading_signals, portfolio_history, market_snapshots, market_batches, markets,
    legacy_rows;

-- name: money
CREATE TABLE prescient_v1.money (
    portfolio_id integer PRIMARY KEY, balance numeric, bought numeric,
    bought_of_unknown_outcome numeric, proceeds numeric, initial_balance numeric,
    initial_balance_from text, adjustment numeric, uncredited_proceeds numeric, unexplained numeric
);

-- name: movements
-- What moved cash, in time.
CREATE UNLOGGED TABLE prescient_v1.movements AS
SELECT
    portfolio_id, row_number() OVER in_time AS entry_no, turn, kind, amount,
    sum(amount) OVER in_time AS moved, source, timestamp
FROM (
    SELECT
        portfolio_id, entry_timestamp AS timestamp, 0 AS turn, id, 'buy' AS kind,
        -amount AS amount, 'trade:' || trade_id AS source
    FROM portfolio_positions
    UNION ALL
    SELECT portfolio_id, timestamp, 1, position_id, kind, proceeds, source FROM position_exits
    UNION ALL
    SELECT to_portfolio_id, timestamp, 2, id, 'transfer_in', amount, 'transfer:v1:' || id
    FROM portfolio_rebalancing_log
    UNION ALL
    SELECT from_portfolio_id, timestamp, 3, id, 'transfer_out', -amount, 'transfer:v1:' || id
    FROM portfolio_rebalancing_log
) AS movement
WINDOW in_time AS (
    PARTITION BY portfolio_id ORDER BY timestamp, turn, id ROWS UNBOUNDED PRECEDING
);

-- name: initial_balances
-- A portfolio of the seed's script says what it began with. The older system always began with
-- 10,000.00: that stands where the state or the first history row supports it. Elsewhere it is
-- balance + bought - known proceeds. It is never so low that the ledger would fall below 0. Bought
-- counts trades too of which no outcome is known: they, proceeds that were never credited, and
-- whatever else does not add up, are the adjustment.
WITH elsewhere AS (
    SELECT portfolio_id, trade_id, amount, 1 AS preference
    FROM prescient_v1.unpaired WHERE trade IS NOT NULL
    UNION ALL
    SELECT portfolio_id, trade_id, amount, preference
    FROM (
        SELECT
            prescient_v1.owner((row ->> 'portfolio_id')::integer) AS portfolio_id,
            row ->> 'trade_id' AS trade_id, (row ->> 'amount')::numeric AS amount,
            (table_name = 'trades')::int * 2 AS preference
        FROM legacy_rows
        WHERE table_name IN ('portfolio_positions', 'trades')
            AND row ->> 'action' IN ('buy_yes', 'buy_no')
    ) AS refused
    WHERE NOT EXISTS (
        SELECT FROM portfolio_positions AS position
        WHERE position.trade_id = refused.trade_id AND position.portfolio_id = refused.portfolio_id
    )
), unknown_outcome AS (
    SELECT portfolio_id, sum(amount) AS amount
    FROM (
        SELECT DISTINCT ON (portfolio_id, trade_id) portfolio_id, amount
        FROM elsewhere WHERE amount > 0 AND amount <> 'NaN'
        ORDER BY portfolio_id, trade_id, preference
    ) AS once
    GROUP BY portfolio_id
), sums AS (
    SELECT
        portfolio_id,
        -coalesce(sum(amount) FILTER (WHERE turn = 0), 0) AS bought,
        coalesce(sum(amount) FILTER (WHERE turn = 1), 0) AS proceeds,
        coalesce(sum(amount) FILTER (WHERE turn > 1), 0) AS transferred,
        min(moved) AS lowest
    FROM prescient_v1.movements GROUP BY portfolio_id
), known AS MATERIALIZED (
    SELECT
        portfolio_id, coalesce(stated.balance, 10000) AS balance,
        coalesce(bought, 0) AS bought, coalesce(proceeds, 0) AS proceeds,
        coalesce(transferred, 0) AS transferred, coalesce(lowest, 0) AS lowest,
        stated.initial_balance AS stated, coalesce(unknown_outcome.amount, 0) AS unknown_outcome
    FROM prescient_v1.stated
    LEFT JOIN sums USING (portfolio_id)
    LEFT JOIN unknown_outcome USING (portfolio_id)
), first_day AS (
    SELECT balance, total_invested FROM prescient_v1.portfolio_history ORDER BY timestamp, id LIMIT 1
), begun AS (
    SELECT
        *,
        CASE
            WHEN coalesce(stated, 10000) + lowest < 0 THEN NULL
            WHEN stated IS NOT NULL THEN 'the portfolio''s own row'
            WHEN 10000 - balance - bought - unknown_outcome IN (0, -proceeds) THEN 'the state'
            WHEN (
                SELECT 10000 IN (balance, balance + total_invested) FROM first_day
            ) THEN 'the first history row'
        END AS support
    FROM known
), reckoned AS (
    SELECT
        *,
        CASE
            WHEN support IS NOT NULL THEN coalesce(stated, 10000)
            ELSE greatest(
                balance + bought + unknown_outcome - proceeds - transferred, -lowest, 0.01
            )
        END AS initial_balance
    FROM begun
)
INSERT INTO prescient_v1.money
SELECT
    portfolio_id, balance, bought, unknown_outcome, proceeds, initial_balance,
    coalesce(support, 'what was bought and sold'), adjustment, uncredited,
    adjustment + unknown_outcome + uncredited
FROM reckoned
CROSS JOIN LATERAL (
    SELECT
        greatest(balance, 0) - (initial_balance - bought + proceeds + transferred) AS adjustment
) AS difference
CROSS JOIN LATERAL (
    SELECT least(proceeds, greatest(-adjustment - unknown_outcome, 0)) AS uncredited
) AS named;

-- name: ledger
INSERT INTO cash_ledger (
    portfolio_id, entry_no, kind, amount, balance_after, source, timestamp
)
SELECT portfolio_id, entry_no, kind, amount, initial_balance + moved, source, timestamp
FROM prescient_v1.movements JOIN prescient_v1.money USING (portfolio_id);

-- name: adjustment
INSERT INTO cash_ledger (
    portfolio_id, entry_no, kind, amount, balance_after, source, timestamp
)
SELECT
    portfolio_id, coalesce(entries, 0) + 1, 'adjustment', adjustment, greatest(balance, 0),
    'v1:adjustment', greatest(last_moved_at, last_updated)
FROM portfolios
JOIN prescient_v1.money USING (portfolio_id)
LEFT JOIN (
    SELECT portfolio_id, max(entry_no) AS entries, max(timestamp) AS last_moved_at
    FROM cash_ledger GROUP BY portfolio_id
) AS posted USING (portfolio_id)
WHERE adjustment <> 0;

-- name: prices
-- What schema v1 last knew of each market. Any later observation replaces it.
INSERT INTO market_prices (
    market_id, batch_id, observed_at, mark, mark_stale, accepting_orders, closed
)
SELECT DISTINCT ON (market_id)
    market_id, batch_id, timestamp, snapshot.mark, true, false, false
FROM (
    SELECT DISTINCT ON (market_id) market_id, observed_at
    FROM market_hours ORDER BY market_id, hour DESC
) AS newest
JOIN market_snapshots AS snapshot USING (market_id)
WHERE snapshot.timestamp = newest.observed_at AND snapshot.mark IS NOT NULL
ORDER BY market_id, batch_id DESC;

-- name: exposures
INSERT INTO market_exposure (market_id, cost_basis)
SELECT market_id, sum(cost_basis) FROM portfolio_positions WHERE status = 'open' GROUP BY market_id;
UPDATE capital_in_use SET
    cost_basis = (SELECT coalesce(sum(cost_basis), 0) FROM market_exposure);

-- name: totals
-- The older system had no limit on positions: there is room for twice what is open.
UPDATE portfolios SET
    initial_balance = money.initial_balance,
    current_balance = greatest(money.balance, 0),
    total_invested = held.invested,
    realized_pnl = closed.pnl,
    total_profit_loss = closed.pnl + held.value - held.invested,
    trade_count = bought.trades,
    total_trades_executed = bought.trades,
    last_trade_at = coalesce(bought.last_at, portfolios.last_trade_at),
    total_winning_trades = closed.winning,
    total_losing_trades = closed.losing,
    avg_trade_pnl = coalesce(round(closed.pnl / nullif(closed.positions, 0), 2), 0),
    closed_positions = closed.positions,
    closed_pnl = closed.pnl,
    max_positions = CASE
        WHEN stated.max_positions > held.positions THEN stated.max_positions
        ELSE greatest(20, 2 * held.positions)
    END,
    peak_equity = greatest(worth.put_in, worth.equity, 0),
    max_drawdown = greatest(worth.put_in - worth.equity, 0)
FROM prescient_v1.money
JOIN prescient_v1.stated USING (portfolio_id)
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(cost_basis), 0) AS invested, count(*)::int AS positions,
        coalesce(sum(coalesce(value, cost_basis)), 0) AS value
    FROM position_valuations WHERE position_valuations.portfolio_id = money.portfolio_id
) AS held
CROSS JOIN LATERAL (
    SELECT
        count(*) AS positions, coalesce(sum(realized_pnl), 0) AS pnl,
        count(*) FILTER (WHERE realized_pnl > 0) AS winning,
        count(*) FILTER (WHERE realized_pnl < 0) AS losing
    FROM portfolio_positions
    WHERE status = 'closed' AND portfolio_positions.portfolio_id = money.portfolio_id
) AS closed
CROSS JOIN LATERAL (
    SELECT count(*) AS trades, max(timestamp) AS last_at FROM trades
    WHERE trades.portfolio_id = money.portfolio_id
) AS bought
CROSS JOIN LATERAL (
    SELECT
        money.initial_balance + coalesce(sum(amount), 0) AS put_in,
        greatest(money.balance, 0) + held.value AS equity
    FROM cash_ledger
    WHERE kind IN ('adjustment', 'transfer_in', 'transfer_out')
        AND cash_ledger.portfolio_id = money.portfolio_id
) AS worth
WHERE portfolios.portfolio_id = money.portfolio_id;

-- name: runs
-- The longest runs of wins and of losses, and the present one.
WITH closed AS (
    SELECT
        portfolio_id, sign(realized_pnl)::int AS result,
        row_number() OVER (PARTITION BY portfolio_id ORDER BY exit_timestamp, id) AS place
    FROM portfolio_positions WHERE status = 'closed'
), run AS (
    SELECT portfolio_id, result, count(*) AS length, max(place) AS last
    FROM (
        SELECT
            portfolio_id, result, place,
            place - row_number() OVER (PARTITION BY portfolio_id, result ORDER BY place) AS run
        FROM closed
    ) AS numbered
    GROUP BY portfolio_id, result, run
), longest AS (
    SELECT
        portfolio_id,
        coalesce(max(length) FILTER (WHERE result = 1), 0) AS wins,
        coalesce(max(length) FILTER (WHERE result = -1), 0) AS losses,
        max(last) AS last
    FROM run GROUP BY portfolio_id
)
UPDATE portfolios SET
    current_run = result * length, max_consecutive_wins = wins, max_consecutive_losses = losses
FROM longest JOIN run USING (portfolio_id, last)
WHERE longest.portfolio_id = portfolios.portfolio_id;

-- name: differences
-- Schema v1 took (price - entry) x dollars; shares say more. Null where a P&L is not known.
INSERT INTO migration_differences (
    table_name, id, status, old_current_pnl, old_realized_pnl, corrected_pnl
)
SELECT
    'portfolio_positions', old.id, position.status, old.current_pnl, old.realized_pnl,
    CASE position.status
        WHEN 'closed' THEN position.realized_pnl ELSE valuation.current_pnl
    END
FROM prescient_v1.portfolio_positions AS old
JOIN portfolio_positions AS position ON position.id = old.id
LEFT JOIN position_valuations AS valuation ON valuation.position_id = position.id
WHERE num_nonnulls(old.current_pnl, old.realized_pnl) > 0 OR position.status = 'closed'
    OR valuation.current_pnl <> 0
UNION ALL
SELECT
    'trades', old.id, trade.status, old.current_pnl, old.realized_pnl,
    CASE trade.status WHEN 'closed' THEN trade.realized_pnl ELSE valuation.current_pnl END
FROM prescient_v1.trades AS old
JOIN trades AS trade ON trade.id = old.id AND trade.origin = 'v1'
LEFT JOIN (
    SELECT position.portfolio_id, trade_id, current_pnl
    FROM position_valuations JOIN portfolio_positions AS position ON position.id = position_id
) AS valuation
    ON valuation.trade_id = trade.trade_id AND valuation.portfolio_id = trade.portfolio_id
WHERE num_nonnulls(old.current_pnl, old.realized_pnl, trade.realized_pnl) > 0
    OR valuation.current_pnl <> 0;
