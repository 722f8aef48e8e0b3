-- The statements of the seed's price updater, each of which it runs for one row and commits.

-- name: prepare
ALTER TABLE portfolio_positions ADD COLUMN current_pnl NUMERIC(15, 2);
ALTER TABLE market_snapshots DROP CONSTRAINT market_snapshots_pkey;

-- name: select_portfolios
SELECT portfolio_id FROM portfolios WHERE status = 'active' ORDER BY portfolio_id LIMIT %(portfolios)s;

-- name: select_positions
SELECT trade_id, market_id, action, amount, entry_price FROM portfolio_positions
WHERE portfolio_id = %(portfolio_id)s AND status = 'open'
ORDER BY entry_timestamp DESC;

-- name: select_markets
SELECT market.market_id, price.mark AS yes_price, 1 - price.mark AS no_price, market.market_data
FROM markets AS market JOIN market_prices AS price USING (market_id);

-- name: update_position
UPDATE portfolio_positions SET current_pnl = %(pnl)s
WHERE portfolio_id = %(portfolio_id)s AND trade_id = %(trade_id)s;

-- name: insert_snapshot
INSERT INTO market_snapshots (
    batch_id, market_id, timestamp, yes_price, no_price, mark_stale, liquidity, volume, volume24hr,
    accepting_orders, closed
) VALUES (
    1, %(market_id)s, %(now)s, %(yes_price)s, %(no_price)s, true, 0, 0, 0, true, false
);

-- name: update_portfolio
UPDATE portfolios SET total_profit_loss = %(pnl)s, last_price_update = %(now)s
WHERE portfolio_id = %(portfolio_id)s;
