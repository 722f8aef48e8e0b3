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
