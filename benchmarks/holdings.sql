-- Portfolios that hold positions: %(portfolios)s of them, %(positions)s each, over %(markets)s markets.
-- Every market is held about as often as any other; nothing is due.

-- name: add_markets
WITH batch AS (
    INSERT INTO market_batches (kind, status, started_at, completed_at, markets)
    VALUES ('filter', 'complete', %(now)s, %(now)s, %(markets)s)
    RETURNING batch_id
), priced AS (
    SELECT
        'm' || n AS market_id, n, 0.30 + n * 7919 %% 400 / 1000.0 AS mark,
        md5('c' || n || '|y' || n || '|n' || n)::uuid AS identity
    FROM generate_series(1, %(markets)s) AS n
), listed AS (
    INSERT INTO markets (
        market_id, question, end_date, yes_outcome, no_outcome, condition_id, yes_token_id,
        no_token_id, identity, tick_size, neg_risk, fee_rate, fee_exponent, market_data, created_at,
        updated_at
    )
    SELECT
        market_id, 'Will it happen, number ' || n || '?', '2027-01-01', 'Yes', 'No', 'c' || n,
        'y' || n, 'n' || n, identity, 0.01, false, 0.02, 1,
        jsonb_build_object('id', market_id, 'description', (
            SELECT string_agg(md5(n || ' ' || part), ' ') FROM generate_series(1, 120) AS part
        )),
        %(now)s, %(now)s
    FROM priced
)
INSERT INTO market_prices (
    market_id, batch_id, observed_at, best_bid, best_ask, mark, mark_stale, accepting_orders,
    closed, identity
)
SELECT market_id, batch_id, %(now)s, mark - 0.005, mark + 0.005, mark, false, true, false, identity
FROM priced CROSS JOIN batch;

-- name: add_portfolios
INSERT INTO portfolios (
    name, strategy_type, initial_balance, current_balance, total_invested, peak_equity,
    strategy_config, max_positions, trade_count, created_at, last_updated
)
SELECT
    'Portfolio ' || n, 'momentum', 100000 + 50 * %(positions)s, 100000, 50 * %(positions)s,
    100000 + 50 * %(positions)s, '{}', 1000, %(positions)s, %(now)s, %(now)s
FROM generate_series(1, %(portfolios)s) AS n;

-- name: add_cycle
INSERT INTO trading_cycles (cycle_key, kind, status, started_at, ended_at)
VALUES ('past', 'manual', 'completed', %(now)s, %(now)s);

-- name: add_trades
INSERT INTO trades (
    portfolio_id, trade_id, cycle_id, timestamp, market_id, market_question, action, shares, amount,
    fee, entry_price, target_price, evidence, quote_delay_seconds, confidence, reason, status
)
SELECT
    portfolio_id, 'trade-' || portfolio_id || '-' || n, 1, %(now)s,
    'm' || (portfolio_id * %(positions)s + n) %% %(markets)s + 1, 'Will it happen?',
    CASE n %% 3 WHEN 0 THEN 'buy_no' ELSE 'buy_yes' END, 100, 49.50, 0.50, 0.495, 0.5,
    'quote', 1, 0.8, 'drift', 'open'
FROM generate_series(1, %(portfolios)s) AS portfolio_id
CROSS JOIN generate_series(1, %(positions)s) AS n;

-- name: add_positions
INSERT INTO portfolio_positions (
    portfolio_id, trade_id, market_id, market_question, action, bought_shares, shares, amount, fee,
    cost_basis, entry_price, entry_bid, stop_loss_bid, entry_timestamp, status, evidence, identity
)
SELECT
    portfolio_id, trade_id, market_id, market_question, action, shares, shares, amount, fee,
    amount + fee, entry_price, 0.49, 0.01, timestamp, 'open', evidence, price.identity
FROM trades JOIN market_prices AS price USING (market_id);

-- name: add_exposure
INSERT INTO market_exposure (market_id, cost_basis)
SELECT market_id, sum(cost_basis) FROM portfolio_positions GROUP BY market_id;

-- name: set_capital
UPDATE capital_in_use SET cost_basis = (SELECT coalesce(sum(cost_basis), 0) FROM portfolio_positions);
