-- A generated database of schema v1, shaped as such databases are (tests/migrations/lived.py): :size
-- trades, as many positions, of which 100 are open, and signals, three times as many market
-- snapshots, newer than the markets' rows and without conviction; and of every hundredth row
-- something that the upgrade has to think about.

-- name: events
INSERT INTO events (event_id, title, slug, liquidity, volume, volume24hr, start_date, end_date,
    days_until_end, event_data, is_filtered, created_at, updated_at)
SELECT 'e' || n, 'Event ' || n, 'event-' || n, n * 10, n * 100, n, '2024-01-01', '2026-12-31',
    n %% 365, jsonb_build_object('id', n::text, 'title', 'Event ' || n), n %% 2 = 0,
    '2024-01-01', '2026-01-01'
FROM generate_series(1, %(markets)s / 4) AS n;

-- name: markets
INSERT INTO markets (market_id, question, event_id, event_title, event_end_date, liquidity, volume,
    volume24hr, yes_price, no_price, market_conviction, market_data, is_filtered, created_at,
    updated_at)
SELECT 'm' || n, 'Will it happen, number ' || n || '?', 'e' || n / 4 + 1, 'Event ' || n / 4 + 1,
    '2026-12-31', n, n * 7, n / 2, price, 1 - price, abs(2 * price - 1),
    jsonb_build_object('id', n::text, 'outcomes', '["Yes", "No"]', 'description', repeat('x', 500)),
    n %% 3 = 0, '2024-01-01', '2025-06-01'
FROM (
    SELECT n, (n * 7919 %% 998 + 1) / 1000.0 AS price FROM generate_series(1, %(markets)s) AS n
) AS priced;

-- name: trades
INSERT INTO trades (trade_id, timestamp, market_id, market_question, action, amount, entry_price,
    confidence, reason, status, event_id, event_title, event_end_date, current_pnl, realized_pnl,
    created_at)
SELECT
    'trade-' || md5(n::text), at, 'm' || market, 'Will it happen, number ' || market || '?',
    CASE n %% 3 WHEN 0 THEN 'buy_no' ELSE 'buy_yes' END, amount, entry, 0.75 + n %% 20 / 100.0,
    'conviction within the band', CASE WHEN n > %(size)s - 100 THEN 'open' ELSE 'closed' END,
    'e' || market / 4 + 1, 'Event ' || market / 4 + 1, '2026-12-31', (last - entry) * amount,
    CASE WHEN n <= %(size)s - 100 THEN (last - entry) * amount END, at
FROM (
    SELECT
        n, n * 31 %% %(markets)s + 1 AS market, 50 + n %% 100 AS amount,
        (n %% 800 + 100) / 1000.0 AS entry, (n * 13 %% 1000) / 1000.0 AS last,
        timestamp '2024-01-01' + n * interval '730 days' / %(size)s AS at
    FROM generate_series(1, %(size)s) AS n
) AS made;

-- name: positions
INSERT INTO portfolio_positions (trade_id, market_id, market_question, action, amount, entry_price,
    entry_timestamp, status, current_pnl, realized_pnl, exit_price, exit_timestamp, created_at)
SELECT
    trade_id, market_id, market_question, action, amount, entry_price, timestamp, status,
    current_pnl, realized_pnl,
    CASE status WHEN 'closed' THEN CASE WHEN id %% 100 <> 1 THEN (id * 13 %% 1000) / 1000.0 END END,
    CASE status WHEN 'closed' THEN timestamp + interval '3 days' END, created_at
FROM trades
WHERE id %% 100 <> 2;

-- name: signals
INSERT INTO trading_signals (timestamp, market_id, market_question, action, target_price, amount,
    confidence, reason, yes_price, no_price, market_liquidity, market_volume, event_id,
    event_title, event_end_date, executed, executed_at, trade_id, created_at)
SELECT
    timestamp, market_id, market_question, action, entry_price, amount, confidence, reason,
    entry_price, 1 - entry_price, 20000, 100000, event_id, event_title, event_end_date,
    id %% 2 = 0, CASE id %% 2 WHEN 0 THEN timestamp END,
    CASE WHEN id %% 2 = 0 AND id %% 100 <> 4 THEN trade_id END, created_at
FROM trades;

-- name: snapshots
INSERT INTO market_snapshots (market_id, timestamp, yes_price, no_price, liquidity, volume,
    volume24hr, created_at)
SELECT
    'm' || (%(size)s - n %% 100) * 31 %% %(markets)s + 1, at, price, 1 - price, 20000 + n %% 1000,
    100000 + n %% 5000, 1000 + n %% 100, at
FROM (
    SELECT
        n, (n * 17 %% 1001) / 1000.0 AS price,
        timestamp '2026-01-01' + (n - 3 * %(size)s::bigint) / 100 * interval '5 minutes'
            + n %% 100 * interval '1 ms' AS at
    FROM generate_series(1, 3 * %(size)s::bigint) AS n
) AS observed;

-- name: history
INSERT INTO portfolio_history (snapshot_date, timestamp, balance, total_invested, total_profit_loss,
    total_value, open_positions, trade_count)
SELECT
    date '2024-01-01' + n / 3, timestamp '2024-01-01' + n * interval '8 hours', 10000, 0, n, 10000 + n,
    0, n
FROM generate_series(0, 2190) AS n;

-- name: state
INSERT INTO portfolio_state (id, balance, total_invested, total_profit_loss, trade_count, created_at,
    last_updated)
SELECT 1, 5000,
    (SELECT sum(amount) FROM portfolio_positions WHERE status = 'open'),
    (SELECT sum(current_pnl) FROM portfolio_positions), %(size)s, '2024-01-01', '2026-01-01';

-- name: analyze
ANALYZE;
