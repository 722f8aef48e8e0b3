-- The default portfolio's books: ledger, balances, prices, totals, and old beside corrected P&L.

-- name: statistics
ANALYZE trades, portfolio_positions, position_exits, trading_signals, portfolio_history,
    market_snapshots, market_batches, markets, legacy_rows;

-- name: money
CREATE TABLE prescient_v1.money (
    balance numeric, bought numeric, bought_of_unknown_outcome numeric, proceeds numeric,
    initial_balance numeric, adjustment numeric
);

-- name: ledger
-- initial balance = balance + bought - known proceeds, and never so low that the ledger would fall
-- below 0. Bought counts trades too of which no outcome is known: they, and whatever else does not
-- add up, are the adjustment.
WITH state AS (
    SELECT coalesce(prescient_v1.number(balance), 10000) AS balance
    FROM (SELECT) AS always LEFT JOIN prescient_v1.portfolio_state ON true
), elsewhere AS (
    SELECT trade_id, amount, 1 AS preference FROM trades
    UNION ALL
    SELECT row ->> 'trade_id', (row ->> 'amount')::numeric, (table_name = 'trades')::int * 2
    FROM legacy_rows
    WHERE table_name IN ('portfolio_positions', 'trades')
        AND row ->> 'action' IN ('buy_yes', 'buy_no')
), unknown_outcome AS (
    SELECT DISTINCT ON (trade_id) amount
    FROM elsewhere
    WHERE amount > 0 AND amount <> 'NaN' AND NOT EXISTS (
        SELECT FROM portfolio_positions AS position WHERE position.trade_id = elsewhere.trade_id
    )
    ORDER BY trade_id, preference
), movement AS (
    SELECT
        entry_timestamp AS timestamp, 0 AS turn, id, 'buy' AS kind, -amount AS amount,
        'trade:' || trade_id AS source
    FROM portfolio_positions
    UNION ALL
    SELECT timestamp, 1, position_id, kind, proceeds, source FROM position_exits
), running AS MATERIALIZED (
    SELECT
        row_number() OVER in_time AS entry_no, kind, amount, sum(amount) OVER in_time AS moved,
        source, timestamp
    FROM movement
    WINDOW in_time AS (ORDER BY timestamp, turn, id ROWS UNBOUNDED PRECEDING)
), sums AS (
    SELECT
        -coalesce(sum(amount) FILTER (WHERE kind = 'buy'), 0) AS bought,
        coalesce(sum(amount) FILTER (WHERE kind <> 'buy'), 0) AS proceeds,
        (SELECT coalesce(sum(amount), 0) FROM unknown_outcome) AS bought_of_unknown_outcome,
        min(moved) AS lowest
    FROM running
), money AS (
    INSERT INTO prescient_v1.money
    SELECT
        balance, bought, bought_of_unknown_outcome, proceeds, initial_balance,
        greatest(balance, 0) - (initial_balance - bought + proceeds)
    FROM state
    CROSS JOIN sums
    CROSS JOIN LATERAL (
        SELECT greatest(
            balance + bought + bought_of_unknown_outcome - proceeds, -lowest, 0.01
        ) AS initial_balance
    ) AS first
    WHERE EXISTS (SELECT FROM portfolios)
    RETURNING *
)
INSERT INTO cash_ledger (
    portfolio_id, entry_no, kind, amount, balance_after, source, timestamp
)
SELECT
    portfolio_id, entry_no, kind, amount, money.initial_balance + moved, source, timestamp
FROM running CROSS JOIN money CROSS JOIN portfolios;

-- name: adjustment
INSERT INTO cash_ledger (
    portfolio_id, entry_no, kind, amount, balance_after, source, timestamp
)
SELECT
    portfolio_id, coalesce((SELECT max(entry_no) FROM cash_ledger), 0) + 1, 'adjustment',
    adjustment, greatest(balance, 0), 'v1:adjustment',
    greatest((SELECT max(timestamp) FROM cash_ledger), last_updated)
FROM portfolios CROSS JOIN prescient_v1.money
WHERE adjustment <> 0;

-- name: prices
-- What schema v1 last knew: the market's own row, else the newest snapshot of a market that is held.
-- Any later observation replaces it.
INSERT INTO market_prices (
    market_id, batch_id, observed_at, mark, mark_stale, accepting_orders, closed
)
WITH listed AS (
    SELECT market_id, markets.updated_at AS observed_at, old.yes_price AS mark
    FROM markets JOIN prescient_v1.markets AS old USING (id, market_id)
    WHERE old.yes_price BETWEEN 0 AND 1
), newest AS (
    SELECT DISTINCT ON (market_id) market_id, batch_id, timestamp AS observed_at, mark
    FROM market_snapshots
    WHERE mark IS NOT NULL AND market_id IN (
        SELECT market_id FROM portfolio_positions WHERE status = 'open'
        EXCEPT SELECT market_id FROM listed
    )
    ORDER BY market_id, timestamp DESC
)
SELECT market_id, batch_id, least(observed_at, now()), mark, true, false, false
FROM (SELECT market_id, 0 AS batch_id, observed_at, mark FROM listed UNION ALL TABLE newest) AS known;

-- name: exposures
INSERT INTO market_exposure (market_id, cost_basis)
SELECT market_id, sum(cost_basis) FROM portfolio_positions WHERE status = 'open' GROUP BY market_id;
UPDATE capital_in_use SET
    cost_basis = (SELECT coalesce(sum(cost_basis), 0) FROM market_exposure);

-- name: totals
UPDATE portfolios SET
    initial_balance = money.initial_balance,
    current_balance = greatest(money.balance, 0),
    total_invested = held.invested,
    realized_pnl = closed.pnl,
    total_profit_loss = closed.pnl + held.value - held.invested,
    trade_count = bought.trades,
    total_trades_executed = bought.trades,
    last_trade_at = bought.last_at,
    total_winning_trades = closed.winning,
    total_losing_trades = closed.losing,
    avg_trade_pnl = coalesce(round(closed.pnl / nullif(closed.positions, 0), 2), 0),
    closed_positions = closed.positions,
    closed_pnl = closed.pnl,
    peak_equity = greatest(
        money.initial_balance + money.adjustment, greatest(money.balance, 0) + held.value, 0
    ),
    max_drawdown = greatest(
        money.initial_balance + money.adjustment - greatest(money.balance, 0) - held.value, 0
    )
FROM prescient_v1.money
CROSS JOIN (
    SELECT
        coalesce(sum(cost_basis), 0) AS invested,
        coalesce(sum(coalesce(value, cost_basis)), 0) AS value
    FROM position_valuations
) AS held
CROSS JOIN (
    SELECT
        count(*) AS positions, coalesce(sum(realized_pnl), 0) AS pnl,
        count(*) FILTER (WHERE realized_pnl > 0) AS winning,
        count(*) FILTER (WHERE realized_pnl < 0) AS losing
    FROM portfolio_positions WHERE status = 'closed'
) AS closed
CROSS JOIN (SELECT count(*) AS trades, max(timestamp) AS last_at FROM trades) AS bought;

-- name: runs
-- The longest runs of wins and of losses, and the present one.
WITH closed AS (
    SELECT
        sign(realized_pnl)::int AS result, row_number() OVER (ORDER BY exit_timestamp, id) AS place
    FROM portfolio_positions WHERE status = 'closed'
), run AS (
    SELECT result, count(*) AS length, max(place) AS last
    FROM (
        SELECT result, place, place - row_number() OVER (PARTITION BY result ORDER BY place) AS run
        FROM closed
    ) AS numbered
    GROUP BY result, run
)
UPDATE portfolios SET
    current_run = result * length, max_consecutive_wins = wins, max_consecutive_losses = losses
FROM (
    SELECT
        coalesce(max(length) FILTER (WHERE result = 1), 0) AS wins,
        coalesce(max(length) FILTER (WHERE result = -1), 0) AS losses,
        max(last) AS last
    FROM run
) AS longest
JOIN run USING (last);

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
LEFT JOIN portfolio_positions AS position ON position.trade_id = trade.trade_id
LEFT JOIN position_valuations AS valuation ON valuation.position_id = position.id
WHERE num_nonnulls(old.current_pnl, old.realized_pnl, trade.realized_pnl) > 0
    OR valuation.current_pnl <> 0;
