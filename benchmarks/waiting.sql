-- What `holdings.fill` leaves open before signals can be executed, in this order.

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

-- name: add_holder
-- A portfolio outside of the cycle that holds all markets, so that there are open positions.
WITH holder AS (
    INSERT INTO portfolios (
        name, strategy_type, initial_balance, current_balance, total_invested, peak_equity,
        max_positions, status, created_at, last_updated
    )
    VALUES ('Holder', 'momentum', 100000, 50000, 50000, 100000, 1000, 'paused', %(now)s, %(now)s)
    RETURNING portfolio_id
), trade AS (
    INSERT INTO trades (
        portfolio_id, trade_id, cycle_id, timestamp, market_id, market_question, action, shares,
        amount, fee, entry_price, target_price, evidence, quote_delay_seconds, confidence, reason,
        status
    )
    SELECT
        portfolio_id, 'held-' || market_id, 1, %(now)s, market_id, 'Will it happen?', 'buy_no', 100,
        49.50, 0.50, 0.495, 0.5, 'quote', 1, 0.8, 'drift', 'open'
    FROM holder CROSS JOIN market_prices
    RETURNING *
), market AS (
    INSERT INTO market_exposure (market_id, cost_basis) SELECT market_id, 50 FROM trade
)
INSERT INTO portfolio_positions (
    portfolio_id, trade_id, market_id, market_question, action, bought_shares, shares, amount, fee,
    cost_basis, entry_price, entry_bid, entry_timestamp, status, evidence
)
SELECT
    portfolio_id, trade_id, market_id, market_question, action, shares, shares, amount, fee,
    amount + fee, entry_price, 0.49, timestamp, 'open', evidence
FROM trade;

-- name: add_past
-- What each portfolio bought and sold before, so that the planner knows its tables as those of any
-- database that has traded for some minutes.
WITH trade AS (
    INSERT INTO trades (
        portfolio_id, trade_id, cycle_id, timestamp, market_id, market_question, action, shares,
        amount, fee, entry_price, target_price, evidence, quote_delay_seconds, confidence, reason,
        status
    )
    SELECT
        portfolio_id, 'past-' || n, 1, %(now)s::timestamptz - make_interval(hours => 50 - n),
        'm' || n, 'Will it happen?', 'buy_no', 100, 49.50, 0.50, 0.495, 0.5, 'quote', 1, 0.8,
        'drift', 'closed'
    FROM portfolios CROSS JOIN generate_series(1, 50) AS n
    WHERE portfolios.status = 'active'
    RETURNING *
), position AS (
    INSERT INTO portfolio_positions (
        portfolio_id, trade_id, market_id, market_question, action, bought_shares, shares, amount,
        fee, cost_basis, entry_price, entry_bid, entry_timestamp, status, evidence, exit_price,
        exit_timestamp
    )
    SELECT
        portfolio_id, trade_id, market_id, market_question, action, shares, 0, amount, fee, 0,
        entry_price, 0.49, timestamp, 'closed', evidence, 0.5, timestamp
    FROM trade
), part AS (
    INSERT INTO cycle_portfolios (cycle_id, portfolio_id, status)
    SELECT 1, portfolio_id, 'completed' FROM portfolios
), signal AS (
    INSERT INTO trading_signals (
        portfolio_id, cycle_id, strategy_type, timestamp, market_id, market_question, action,
        target_price, amount, confidence, reason, config_version, code_version, executed,
        executed_at, trade_id
    )
    SELECT
        portfolio_id, cycle_id, 'momentum', timestamp, market_id, market_question, action,
        target_price, 50, confidence, reason, 1, 'benchmark', true, timestamp, trade_id
    FROM trade
)
INSERT INTO cash_ledger (
    portfolio_id, entry_no, kind, amount, balance_after, source, timestamp
)
SELECT
    portfolio_id, row_number() OVER (PARTITION BY portfolio_id ORDER BY timestamp), 'buy', -50,
    100000, 'trade:' || trade_id, timestamp
FROM trade;

-- name: open_cycle
WITH cycle AS (
    INSERT INTO trading_cycles (cycle_key, kind, status, batch_id, started_at, decided_at)
    VALUES ('now', 'manual', 'running', 1, %(now)s, %(now)s)
    RETURNING cycle_id
)
INSERT INTO cycle_portfolios (cycle_id, portfolio_id, status, lease_until)
SELECT cycle_id, portfolio_id, 'running', %(now)s::timestamptz + interval '1 hour'
FROM cycle CROSS JOIN portfolios
WHERE portfolios.status = 'active';

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
