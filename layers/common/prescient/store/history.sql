-- name: save_snapshot
-- The row of a portfolio and day; a later one replaces an earlier one.
INSERT INTO portfolio_history (
    portfolio_id, snapshot_date, timestamp, balance, total_invested, total_profit_loss,
    total_value, open_positions, trade_count
) VALUES (
    %(portfolio_id)s, %(snapshot_date)s, %(timestamp)s, %(balance)s, %(total_invested)s,
    %(total_profit_loss)s, %(total_value)s, %(open_positions)s, %(trade_count)s
)
ON CONFLICT ON CONSTRAINT portfolio_history_day_key DO UPDATE SET
    timestamp = excluded.timestamp, balance = excluded.balance,
    total_invested = excluded.total_invested, total_profit_loss = excluded.total_profit_loss,
    total_value = excluded.total_value, open_positions = excluded.open_positions,
    trade_count = excluded.trade_count
WHERE excluded.timestamp >= portfolio_history.timestamp;

-- name: insert_equity_points
-- What each of the portfolios is worth, as its totals have it.
INSERT INTO portfolio_equity (
    portfolio_id, timestamp, balance, total_invested, total_profit_loss, equity, equity_at_bid,
    open_positions
)
SELECT
    portfolio_id, %(now)s, current_balance, total_invested, total_profit_loss, total_value,
    current_balance + value_at_bid, open_positions
FROM portfolios
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
ON CONFLICT DO NOTHING;
