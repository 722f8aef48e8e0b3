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

-- name: record_equity
INSERT INTO portfolio_equity (
    portfolio_id, timestamp, balance, total_invested, total_profit_loss, equity, equity_at_bid,
    open_positions
)
SELECT
    portfolio.portfolio_id, %(now)s, portfolio.current_balance, portfolio.total_invested,
    portfolio.total_profit_loss,
    portfolio.current_balance + portfolio.total_invested
        + portfolio.total_profit_loss - portfolio.realized_pnl,
    portfolio.current_balance + coalesce(sum(valuation.value_at_bid), 0),
    count(valuation.position_id)
FROM portfolios AS portfolio
LEFT JOIN position_valuations AS valuation USING (portfolio_id)
WHERE portfolio.status <> 'archived'
GROUP BY portfolio.portfolio_id
ON CONFLICT DO NOTHING;

-- name: record_price_update
UPDATE portfolios SET last_price_update = %(now)s
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]);
