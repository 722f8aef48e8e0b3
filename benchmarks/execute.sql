-- Portfolios whose signals wait to be executed, and the floor: the same fills, written by one
-- statement a portfolio, which is a transaction of its own as the step's is.

-- name: show_markets
WITH seen AS (
    INSERT INTO market_snapshots (
        batch_id, market_id, timestamp, yes_price, no_price, best_bid, best_ask, mark, mark_stale,
        liquidity, volume, volume24hr, accepting_orders, closed
    )
    SELECT
        1, market_id, %(now)s, mark, 1 - mark, best_bid, best_ask, mark, false, 20000, 90000, 900,
        true, false
    FROM market_prices
    RETURNING market_id, best_bid, best_ask
)
INSERT INTO order_books (batch_id, market_id, outcome, fetched_at, bids, asks)
SELECT
    1, market_id, 'yes', %(now)s,
    (SELECT jsonb_agg(jsonb_build_array((best_bid - step * 0.01)::text, '500.00') ORDER BY step)
     FROM generate_series(0, 9) AS step),
    (SELECT jsonb_agg(jsonb_build_array((best_ask + step * 0.01)::text, '40.00') ORDER BY step)
     FROM generate_series(0, 9) AS step)
FROM seen;

-- name: open_cycle
WITH cycle AS (
    INSERT INTO trading_cycles (cycle_key, kind, status, batch_id, started_at, decided_at)
    VALUES ('now', 'manual', 'running', 1, %(now)s, %(now)s)
    RETURNING cycle_id
)
INSERT INTO cycle_portfolios (cycle_id, portfolio_id, status, lease_until)
SELECT cycle_id, portfolio_id, 'running', %(now)s::timestamptz + interval '1 hour'
FROM cycle CROSS JOIN portfolios;

-- name: add_signals
INSERT INTO trading_signals (
    portfolio_id, cycle_id, strategy_type, timestamp, market_id, market_question, action,
    target_price, amount, confidence, reason, yes_price, no_price, config_version, code_version
)
SELECT
    owner.portfolio_id, owner.cycle_id, 'momentum', %(now)s, price.market_id, 'Will it happen?',
    'buy_yes', price.best_ask, 100, 0.8, 'drift', price.mark, 1 - price.mark, 1, 'benchmark'
FROM cycle_portfolios AS owner
CROSS JOIN generate_series(1, %(signals)s) AS n
JOIN market_prices AS price
    ON price.market_id = 'm' || (owner.portfolio_id * %(signals)s + n) %% %(markets)s + 1
WHERE owner.status = 'running';

-- name: read_fills
SELECT
    position.portfolio_id, jsonb_agg(jsonb_build_object(
        'signal_id', signal.id, 'trade_id', position.trade_id, 'shares', position.shares,
        'amount', position.amount, 'fee', position.fee, 'price', position.entry_price,
        'entry_bid', position.entry_bid
    ) ORDER BY position.id)::text
FROM portfolio_positions AS position
JOIN trading_signals AS signal USING (portfolio_id, trade_id)
GROUP BY position.portfolio_id
ORDER BY position.portfolio_id;

-- name: write_fills
WITH fill AS (
    SELECT * FROM ROWS FROM (jsonb_to_recordset(%(fills)s) AS (
        signal_id bigint, trade_id text, shares numeric, amount numeric, fee numeric, price numeric,
        entry_bid numeric
    )) WITH ORDINALITY AS given (
        signal_id, trade_id, shares, amount, fee, price, entry_bid, place
    )
), signal AS (
    UPDATE trading_signals AS signal SET
        executed = true, executed_at = %(now)s, trade_id = fill.trade_id
    FROM fill WHERE signal.id = fill.signal_id
    RETURNING signal.*, fill.shares AS bought, fill.amount AS paid, fill.fee, fill.price,
        fill.entry_bid, fill.place
), trade AS (
    INSERT INTO trades (
        portfolio_id, trade_id, cycle_id, timestamp, market_id, market_question, action, shares,
        amount, fee, entry_price, target_price, evidence, quote_delay_seconds, confidence, reason,
        status
    )
    SELECT
        portfolio_id, trade_id, cycle_id, %(now)s, market_id, market_question, action, bought, paid,
        fee, price, target_price, 'book', 0, confidence, reason, 'open'
    FROM signal
), position AS (
    INSERT INTO portfolio_positions (
        portfolio_id, trade_id, market_id, market_question, action, bought_shares, shares, amount,
        fee, cost_basis, entry_price, entry_bid, entry_timestamp, status, evidence
    )
    SELECT
        portfolio_id, trade_id, market_id, market_question, action, bought, bought, paid, fee,
        paid + fee, price, entry_bid, %(now)s, 'open', 'book'
    FROM signal
), entry AS (
    INSERT INTO cash_ledger (
        portfolio_id, entry_no, kind, amount, balance_after, source, timestamp
    )
    SELECT
        portfolio_id, place, 'buy', -(paid + fee),
        portfolio.current_balance - sum(paid + fee) OVER (ORDER BY place),
        'trade:' || signal.trade_id, %(now)s
    FROM signal JOIN portfolios AS portfolio USING (portfolio_id)
), exposure AS (
    INSERT INTO market_exposure (market_id, cost_basis)
    SELECT market_id, paid + fee FROM signal
    ON CONFLICT (market_id) DO UPDATE SET
        cost_basis = market_exposure.cost_basis + excluded.cost_basis
), capital AS (
    UPDATE capital_in_use SET cost_basis = cost_basis + (SELECT sum(paid + fee) FROM signal)
), claim AS (
    UPDATE cycle_portfolios SET trades = (SELECT count(*) FROM signal), executed_at = %(now)s
    WHERE portfolio_id = %(portfolio_id)s AND status = 'running'
)
UPDATE portfolios SET
    current_balance = current_balance - total.spent,
    total_invested = total_invested + total.spent,
    total_profit_loss = total_profit_loss + total.value - total.spent,
    max_drawdown = greatest(
        max_drawdown, peak_equity - current_balance + total.spent - total_invested - total.value
    ),
    trade_count = trade_count + total.fills, total_trades_executed = total_trades_executed + total.fills,
    last_trade_at = %(now)s, last_updated = %(now)s
FROM (
    SELECT
        sum(paid + fee) AS spent, sum(round(bought * price.mark, 2)) AS value, count(*) AS fills
    FROM signal JOIN market_prices AS price USING (market_id)
) AS total
WHERE portfolio_id = %(portfolio_id)s;

-- name: read_change
-- What the executions leave behind, to show that both contestants make the same change.
SELECT
    (SELECT md5(string_agg(concat_ws(' ', portfolio_id, trade_id, market_id, shares, cost_basis,
        entry_price, entry_bid), ',' ORDER BY portfolio_id, trade_id)) FROM portfolio_positions),
    (SELECT md5(string_agg(concat_ws(' ', portfolio_id, trade_id, amount, fee, status), ','
        ORDER BY portfolio_id, trade_id)) FROM trades),
    (SELECT md5(string_agg(concat_ws(' ', portfolio_id, current_balance, total_invested,
        total_profit_loss, trade_count), ',' ORDER BY portfolio_id)) FROM portfolios),
    (SELECT md5(string_agg(concat_ws(' ', portfolio_id, entry_no, amount, balance_after, source), ','
        ORDER BY portfolio_id, entry_no)) FROM cash_ledger),
    (SELECT md5(string_agg(concat_ws(' ', market_id, cost_basis), ',' ORDER BY market_id))
     FROM market_exposure),
    (SELECT cost_basis FROM capital_in_use),
    (SELECT md5(string_agg(concat_ws(' ', id, executed, trade_id), ',' ORDER BY id))
     FROM trading_signals),
    (SELECT md5(string_agg(concat_ws(' ', portfolio_id, trades, executed_at), ',' ORDER BY portfolio_id))
     FROM cycle_portfolios);
