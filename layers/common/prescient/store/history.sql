-- name: save_snapshot
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

-- name: mark_portfolios
-- One pass over the positions for both: totals, as rewrite_totals has them, and equity points.
WITH held AS (
    SELECT
        portfolio_id, sum(cost_basis) AS invested, sum(coalesce(value, cost_basis)) AS value,
        sum(value_at_bid) AS value_at_bid, count(*) AS positions
    FROM position_valuations
    GROUP BY portfolio_id
), valued AS (
    SELECT
        portfolio.portfolio_id, portfolio.status, portfolio.current_balance,
        coalesce(held.invested, 0) AS invested,
        portfolio.realized_pnl + coalesce(held.value - held.invested, 0) AS profit_loss,
        portfolio.current_balance + coalesce(held.value, 0) AS equity,
        portfolio.current_balance + coalesce(held.value_at_bid, 0) AS equity_at_bid,
        coalesce(held.positions, 0) AS positions
    FROM portfolios AS portfolio
    LEFT JOIN held USING (portfolio_id)
), marked AS (
    UPDATE portfolios AS portfolio SET
        total_invested = valued.invested,
        total_profit_loss = valued.profit_loss,
        peak_equity = greatest(portfolio.peak_equity, valued.equity),
        max_drawdown = greatest(portfolio.max_drawdown, portfolio.peak_equity - valued.equity),
        last_price_update = %(now)s, last_updated = %(now)s
    FROM valued JOIN unnest(%(portfolio_ids)s::int[]) AS wanted (portfolio_id) USING (portfolio_id)
    WHERE portfolio.portfolio_id = valued.portfolio_id
)
INSERT INTO portfolio_equity (
    portfolio_id, timestamp, balance, total_invested, total_profit_loss, equity, equity_at_bid,
    open_positions
)
SELECT
    portfolio_id, %(now)s, current_balance, invested, profit_loss, equity, equity_at_bid, positions
FROM valued
WHERE status <> 'archived'
ON CONFLICT DO NOTHING;
