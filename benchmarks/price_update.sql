-- The floor of a price update, in one transaction: the rows go to the tape, the latest prices move,
-- and one pass over the positions gives every portfolio its totals, its equity point and its row of the day.

-- name: add_batch
INSERT INTO market_batches (kind, status, started_at, completed_at, markets)
VALUES ('price_update', 'complete', %(now)s, %(now)s, %(markets)s)
RETURNING batch_id;

-- name: copy_snapshots
COPY market_snapshots (
    batch_id, market_id, timestamp, yes_price, no_price, best_bid, best_ask, mark, mark_stale,
    liquidity, volume, volume24hr, accepting_orders, closed
) FROM STDIN;

-- name: move_prices
UPDATE market_prices AS latest SET
    batch_id = seen.batch_id, observed_at = seen.timestamp, best_bid = seen.best_bid,
    best_ask = seen.best_ask, mark = seen.mark, mark_stale = seen.mark_stale,
    accepting_orders = seen.accepting_orders, closed = seen.closed
FROM market_snapshots AS seen
WHERE seen.batch_id = %(batch_id)s AND seen.market_id = latest.market_id;

-- name: value_portfolios
WITH valued AS (
    SELECT
        position.portfolio_id, sum(position.cost_basis) AS invested,
        sum(round(position.shares * outcome.mark, 2)) AS value,
        sum(trunc(position.shares * outcome.bid, 2)) AS value_at_bid, count(*) AS positions
    FROM portfolio_positions AS position
    JOIN market_prices AS price ON price.market_id = position.market_id
    CROSS JOIN LATERAL (
        SELECT
            CASE position.action WHEN 'buy_yes' THEN price.mark ELSE 1 - price.mark END AS mark,
            CASE position.action WHEN 'buy_yes' THEN price.best_bid ELSE 1 - price.best_ask END AS bid
    ) AS outcome
    WHERE position.status = 'open'
    GROUP BY position.portfolio_id
), marked AS (
    UPDATE portfolios AS portfolio SET
        total_invested = valued.invested,
        total_profit_loss = portfolio.realized_pnl + valued.value - valued.invested,
        peak_equity = greatest(portfolio.peak_equity, portfolio.current_balance + valued.value),
        max_drawdown = greatest(
            portfolio.max_drawdown,
            portfolio.peak_equity - portfolio.current_balance - valued.value
        ),
        last_updated = %(now)s, last_price_update = %(now)s
    FROM valued WHERE valued.portfolio_id = portfolio.portfolio_id
    RETURNING
        portfolio.portfolio_id, portfolio.current_balance, portfolio.total_profit_loss,
        portfolio.trade_count
), point AS (
    INSERT INTO portfolio_equity (
        portfolio_id, timestamp, balance, total_invested, total_profit_loss, equity, equity_at_bid,
        open_positions
    )
    SELECT
        portfolio_id, %(now)s, current_balance, invested, total_profit_loss,
        current_balance + value, current_balance + value_at_bid, positions
    FROM marked JOIN valued USING (portfolio_id)
)
INSERT INTO portfolio_history (
    portfolio_id, snapshot_date, timestamp, balance, total_invested, total_profit_loss,
    total_value, open_positions, trade_count
)
SELECT
    portfolio_id, (%(now)s AT TIME ZONE 'UTC')::date, %(now)s, current_balance, invested,
    total_profit_loss, current_balance + value, positions, trade_count
FROM marked JOIN valued USING (portfolio_id)
ON CONFLICT ON CONSTRAINT portfolio_history_day_key DO UPDATE SET
    timestamp = excluded.timestamp, balance = excluded.balance,
    total_invested = excluded.total_invested, total_profit_loss = excluded.total_profit_loss,
    total_value = excluded.total_value, open_positions = excluded.open_positions,
    trade_count = excluded.trade_count;

-- name: read_change
-- What a price update leaves behind, to show that both contestants make the same change.
SELECT
    (SELECT md5(string_agg(concat_ws(' ', market_id, observed_at, best_bid, mark), ',' ORDER BY market_id))
     FROM market_prices),
    (SELECT md5(string_agg(concat_ws(' ', portfolio_id, total_invested, total_profit_loss, peak_equity,
        max_drawdown, last_price_update), ',' ORDER BY portfolio_id)) FROM portfolios),
    (SELECT md5(string_agg(concat_ws(' ', portfolio_id, timestamp, equity, equity_at_bid, open_positions), ','
        ORDER BY portfolio_id, timestamp)) FROM portfolio_equity),
    (SELECT md5(string_agg(concat_ws(' ', portfolio_id, snapshot_date, timestamp, total_value), ','
        ORDER BY portfolio_id, snapshot_date)) FROM portfolio_history),
    (SELECT count(*) FROM market_snapshots);
