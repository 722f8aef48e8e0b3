-- name: select_breaks
WITH ledger AS (
    SELECT portfolio_id, sum(amount) AS moved FROM cash_ledger GROUP BY portfolio_id
), flows AS (
    SELECT portfolio_id, sum(amount) AS net FROM cash_ledger
    WHERE kind IN ('deposit', 'withdrawal', 'transfer_in', 'transfer_out', 'adjustment')
    GROUP BY portfolio_id
), held AS (
    SELECT portfolio_id, sum(cost_basis) AS invested,
        sum(coalesce(value, cost_basis)) AS value
    FROM position_valuations GROUP BY portfolio_id
), realized AS (
    SELECT portfolio_id, sum(realized_pnl) AS pnl FROM position_exits GROUP BY portfolio_id
), book AS (
    SELECT
        portfolio.*, coalesce(ledger.moved, 0) AS moved, coalesce(flows.net, 0) AS net,
        coalesce(held.invested, 0) AS invested, coalesce(held.value, 0) AS value,
        coalesce(realized.pnl, 0) AS realized
    FROM portfolios AS portfolio
    LEFT JOIN ledger USING (portfolio_id)
    LEFT JOIN flows USING (portfolio_id)
    LEFT JOIN held USING (portfolio_id)
    LEFT JOIN realized USING (portfolio_id)
)
SELECT 'balance = initial balance + ledger' AS rule, 'portfolio ' || portfolio_id AS subject,
    current_balance::text AS found, (initial_balance + moved)::text AS expected
FROM book WHERE current_balance <> initial_balance + moved
UNION ALL
SELECT 'balance after the last entry = balance', 'portfolio ' || book.portfolio_id,
    last.balance_after::text, book.current_balance::text
FROM book
CROSS JOIN LATERAL (
    SELECT balance_after FROM cash_ledger WHERE portfolio_id = book.portfolio_id
    ORDER BY entry_no DESC LIMIT 1
) AS last
WHERE last.balance_after <> book.current_balance
UNION ALL
SELECT 'equity = initial balance + flows + profit and loss', 'portfolio ' || portfolio_id,
    (current_balance + value)::text, (initial_balance + net + total_profit_loss)::text
FROM book WHERE current_balance + value <> initial_balance + net + total_profit_loss
UNION ALL
SELECT 'total_invested = cost basis of open positions', 'portfolio ' || portfolio_id,
    total_invested::text, invested::text
FROM book WHERE total_invested <> invested
UNION ALL
SELECT 'realized_pnl = sum of exits', 'portfolio ' || portfolio_id,
    realized_pnl::text, realized::text
FROM book WHERE realized_pnl <> realized
UNION ALL
SELECT 'an executed signal has one trade and one position',
    'portfolio ' || trade.portfolio_id || ' trade ' || trade.trade_id,
    count(DISTINCT signal.id) || ' signals, ' || count(DISTINCT position.id) || ' positions',
    '1 signals, 1 positions'
FROM trades AS trade
LEFT JOIN trading_signals AS signal
    ON signal.portfolio_id = trade.portfolio_id AND signal.trade_id = trade.trade_id
    AND signal.executed
LEFT JOIN portfolio_positions AS position
    ON position.portfolio_id = trade.portfolio_id AND position.trade_id = trade.trade_id
GROUP BY trade.portfolio_id, trade.trade_id
HAVING count(DISTINCT signal.id) <> 1 OR count(DISTINCT position.id) <> 1
UNION ALL
SELECT 'shares bought = shares held + shares of exits',
    'portfolio ' || position.portfolio_id || ' position ' || position.id,
    (position.shares + coalesce(sum(left_position.shares), 0))::text,
    position.bought_shares::text
FROM portfolio_positions AS position
LEFT JOIN position_exits AS left_position
    ON left_position.portfolio_id = position.portfolio_id
    AND left_position.position_id = position.id
GROUP BY position.portfolio_id, position.id, position.shares, position.bought_shares
HAVING position.shares + coalesce(sum(left_position.shares), 0) <> position.bought_shares
UNION ALL
SELECT 'market exposure = cost basis of its open positions', 'market ' || market_id,
    coalesce(exposure.cost_basis, 0)::text, coalesce(held_market.cost_basis, 0)::text
FROM market_exposure AS exposure
FULL JOIN (
    SELECT market_id, sum(cost_basis) AS cost_basis FROM portfolio_positions
    WHERE status = 'open' GROUP BY market_id
) AS held_market USING (market_id)
WHERE coalesce(exposure.cost_basis, 0) <> coalesce(held_market.cost_basis, 0)
UNION ALL
SELECT 'capital in use = cost basis of all open positions', 'all portfolios',
    capital.cost_basis::text, coalesce(total.cost_basis, 0)::text
FROM capital_in_use AS capital
CROSS JOIN (
    SELECT sum(cost_basis) AS cost_basis FROM portfolio_positions WHERE status = 'open'
) AS total
WHERE capital.cost_basis <> coalesce(total.cost_basis, 0)
LIMIT %(limit)s;
