-- What the code of before did not write: where portfolios began, and each of their days.

-- name: beginnings
INSERT INTO portfolio_equity (
    portfolio_id, timestamp, balance, total_invested, total_profit_loss, equity, equity_at_bid,
    open_positions
)
SELECT portfolio_id, created_at, initial_balance, 0, 0, initial_balance, initial_balance, 0
FROM portfolios
WHERE NOT EXISTS (
        SELECT FROM trades WHERE trades.portfolio_id = portfolios.portfolio_id AND origin <> 'live'
    )
    AND NOT EXISTS (
        SELECT FROM cash_ledger AS entry
        WHERE entry.portfolio_id = portfolios.portfolio_id AND entry.timestamp <= created_at
    )
    AND NOT EXISTS (
        SELECT FROM portfolio_history AS day
        WHERE day.portfolio_id = portfolios.portfolio_id AND day.origin <> 'live'
    )
ON CONFLICT DO NOTHING;

-- name: days
-- The last point before the end of each day since a portfolio's first one.
INSERT INTO portfolio_history (
    portfolio_id, snapshot_date, timestamp, balance, total_invested, total_profit_loss,
    total_value, open_positions, trade_count
)
SELECT
    portfolio.portfolio_id, day.date, point.timestamp, point.balance, point.total_invested,
    point.total_profit_loss, point.equity, point.open_positions,
    (
        SELECT count(*) FROM trades AS trade
        WHERE trade.portfolio_id = portfolio.portfolio_id AND trade.timestamp <= point.timestamp
    )
FROM portfolios AS portfolio
CROSS JOIN LATERAL (
    SELECT
        (min(timestamp) AT TIME ZONE 'UTC')::date AS first,
        (max(timestamp) AT TIME ZONE 'UTC')::date AS last
    FROM portfolio_equity WHERE portfolio_equity.portfolio_id = portfolio.portfolio_id
) AS told
CROSS JOIN LATERAL generate_series(told.first, told.last, interval '1 day') AS day (date)
CROSS JOIN LATERAL (
    SELECT * FROM portfolio_equity AS own
    WHERE own.portfolio_id = portfolio.portfolio_id
        AND own.timestamp < (day.date::date + 1)::timestamp AT TIME ZONE 'UTC'
    ORDER BY own.timestamp DESC
    LIMIT 1
) AS point
WHERE NOT EXISTS (
    SELECT FROM portfolio_history AS old
    WHERE old.portfolio_id = portfolio.portfolio_id AND old.origin <> 'live'
)
ON CONFLICT ON CONSTRAINT portfolio_history_day_key DO UPDATE SET
    timestamp = excluded.timestamp, balance = excluded.balance,
    total_invested = excluded.total_invested, total_profit_loss = excluded.total_profit_loss,
    total_value = excluded.total_value, open_positions = excluded.open_positions,
    trade_count = excluded.trade_count
WHERE excluded.timestamp > portfolio_history.timestamp;
