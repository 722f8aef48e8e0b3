-- What portfolios did over many cycles, so that every page of every list is full. It stands beside
-- what `holdings` makes: %(rows)s rows of each kind a portfolio.

-- name: add_cycles
WITH batch AS (
    INSERT INTO market_batches (kind, status, started_at, completed_at, markets)
    SELECT 'price_update', 'complete', at, at, 1
    FROM generate_series(1, %(rows)s) AS n
    CROSS JOIN LATERAL (SELECT %(now)s::timestamptz - make_interval(hours => n)) AS moment (at)
    RETURNING batch_id, started_at
), seen AS (
    INSERT INTO market_snapshots (
        batch_id, market_id, timestamp, yes_price, no_price, best_bid, best_ask, mark, mark_stale,
        liquidity, volume, volume24hr, accepting_orders, closed
    )
    SELECT
        batch_id, 'm1', started_at, 0.5, 0.5, 0.49, 0.51, 0.5, false, 20000, 90000, 900, true, false
    FROM batch
)
INSERT INTO trading_cycles (cycle_key, kind, status, started_at, decided_at, ended_at)
SELECT 'cycle-' || n, 'manual', 'completed', at, at, at
FROM generate_series(1, %(rows)s) AS n
CROSS JOIN LATERAL (SELECT %(now)s::timestamptz - make_interval(hours => n)) AS moment (at);

-- name: add_parts
INSERT INTO cycle_portfolios (
    cycle_id, portfolio_id, status, funnel, signals, trades, equity, executed_at
)
SELECT
    cycle.cycle_id, portfolio.portfolio_id, 'completed',
    '{"candidates": 900, "outcome_price": 890, "market_types": 890, "liquidity": 410, "volume": 300, '
    '"spread": 280, "time_to_end": 270, "outcome_proposed": 270, "strategy_rule": 9, '
    '"already_held": 4, "cooldown": 4, "sized": 4, "emitted": 4, "exits": 0}',
    4, 4, 100000, cycle.ended_at
FROM trading_cycles AS cycle CROSS JOIN portfolios AS portfolio;

-- name: add_signals
INSERT INTO trading_signals (
    portfolio_id, cycle_id, strategy_type, timestamp, market_id, market_question, action,
    target_price, amount, confidence, reason, config_version, code_version, rejection
)
SELECT
    part.portfolio_id, part.cycle_id, 'momentum', part.executed_at, 'm1', 'Will it happen?',
    'buy_yes', 0.5, 100, 0.8, 'drift', 1, '0.1.0', 'already_held'
FROM cycle_portfolios AS part;

-- name: add_exits
INSERT INTO position_exits (
    portfolio_id, position_id, kind, shares, price, proceeds, fee, cost_basis, realized_pnl, source,
    timestamp
)
SELECT
    portfolio_id, id, 'manual', 0.01, 0.5, 0.01, 0, 0, 0.01, 'exit-' || n,
    %(now)s::timestamptz - make_interval(hours => n)
FROM (
    SELECT DISTINCT ON (portfolio_id) portfolio_id, id FROM portfolio_positions
    ORDER BY portfolio_id, id
) AS position
CROSS JOIN generate_series(1, %(rows)s) AS n;

-- name: add_entries
INSERT INTO cash_ledger (
    portfolio_id, entry_no, kind, amount, balance_after, source, timestamp
)
SELECT
    portfolio_id, n, 'deposit', 0.01, 100000, 'deposit:' || n,
    %(now)s::timestamptz - make_interval(hours => %(rows)s - n)
FROM portfolios CROSS JOIN generate_series(1, %(rows)s) AS n;

-- name: add_points
INSERT INTO portfolio_equity (
    portfolio_id, timestamp, balance, total_invested, total_profit_loss, equity, equity_at_bid,
    open_positions
)
SELECT
    portfolio_id, %(now)s::timestamptz - make_interval(hours => n), 97500, 2500, 0, 100000, 99000, 50
FROM portfolios CROSS JOIN generate_series(1, %(rows)s) AS n;

-- name: add_days
INSERT INTO portfolio_history (
    portfolio_id, snapshot_date, timestamp, balance, total_invested, total_profit_loss, total_value,
    open_positions, trade_count
)
SELECT
    portfolio_id, at::date, at, 97500, 2500, 0, 100000, 50, 50
FROM portfolios
CROSS JOIN generate_series(1, %(rows)s) AS n
CROSS JOIN LATERAL (SELECT %(now)s::timestamptz - make_interval(days => n)) AS moment (at);

-- name: add_versions
INSERT INTO portfolio_configurations (
    portfolio_id, version, created_at, strategy_type, strategy_config, max_positions
)
SELECT portfolio_id, n, %(now)s, 'momentum', '{"min_confidence": 0.8}', 20
FROM portfolios CROSS JOIN generate_series(1, %(rows)s) AS n;

-- name: add_changes
INSERT INTO portfolio_status_changes (portfolio_id, changed_at, from_status, to_status, reason)
SELECT
    portfolio_id, %(now)s, CASE n %% 2 WHEN 0 THEN 'active' ELSE 'paused' END,
    CASE n %% 2 WHEN 0 THEN 'paused' ELSE 'active' END, 'to be sure'
FROM portfolios CROSS JOIN generate_series(1, %(rows)s) AS n;

-- name: add_transfers
INSERT INTO portfolio_rebalancing_log (
    timestamp, from_portfolio_id, to_portfolio_id, from_name, to_name, amount, executed_by
)
SELECT %(now)s, 1, 2, 'Portfolio 1', 'Portfolio 2', 10, 'manual'
FROM generate_series(1, %(rows)s);

-- name: read_portfolios
-- The floor of a list of portfolios.
SELECT * FROM portfolios WHERE status = 'active' ORDER BY portfolio_id LIMIT 100;

-- name: read_portfolio
-- The floor of one portfolio with what it holds: the rows of its positions alone.
SELECT position.*, price.best_bid, price.best_ask, price.mark
FROM portfolio_positions AS position
JOIN market_prices AS price USING (market_id)
WHERE portfolio_id = 1 AND status = 'open' ORDER BY position.id DESC LIMIT 100;

-- name: read_trades
-- The floor of a page of trades.
SELECT * FROM trades WHERE portfolio_id = 1 ORDER BY timestamp DESC, id DESC LIMIT 100;

-- name: read_exits
-- The floor of a page of exits.
SELECT * FROM position_exits WHERE portfolio_id = 1 ORDER BY timestamp DESC, id DESC LIMIT 100;

-- name: read_signals
-- The floor of a page of signals.
SELECT * FROM trading_signals WHERE portfolio_id = 1 ORDER BY timestamp DESC, id DESC LIMIT 100;

-- name: read_ledger
-- The floor of a page of the ledger.
SELECT * FROM cash_ledger WHERE portfolio_id = 1 ORDER BY entry_no DESC LIMIT 100;

-- name: read_funnels
-- The floor of a page of funnels.
SELECT * FROM cycle_portfolios WHERE portfolio_id = 1 ORDER BY cycle_id DESC LIMIT 100;

-- name: read_equity
-- The floor of a page of equity points.
SELECT * FROM portfolio_equity WHERE portfolio_id = 1 ORDER BY timestamp DESC LIMIT 100;

-- name: read_history
-- The floor of a page of days.
SELECT * FROM portfolio_history WHERE portfolio_id = 1 ORDER BY snapshot_date DESC LIMIT 100;

-- name: read_configurations
-- The floor of a page of versions.
SELECT * FROM portfolio_configurations WHERE portfolio_id = 1 ORDER BY version DESC LIMIT 100;

-- name: read_cycles
-- The floor of a page of cycles.
SELECT * FROM trading_cycles ORDER BY cycle_id DESC LIMIT 100;

-- name: read_cycle
-- The floor of a page of a cycle's portfolios.
SELECT * FROM cycle_portfolios WHERE cycle_id = 1 ORDER BY portfolio_id LIMIT 100;

-- name: read_transfers
-- The floor of a page of transfers.
SELECT * FROM portfolio_rebalancing_log ORDER BY id DESC LIMIT 100;

-- name: read_markets
-- The floor of a page of markets: without the exchange's own row, which no reader gets.
SELECT
    market.market_id, market.question, market.end_date, market.yes_outcome, market.no_outcome,
    market.condition_id, market.tick_size, market.fee_rate, price.*
FROM markets AS market LEFT JOIN market_prices AS price USING (market_id)
ORDER BY market.market_id LIMIT 100;

-- name: read_tape
-- The floor of a page of a market's tape.
SELECT * FROM market_snapshots WHERE market_id = 'm1' ORDER BY timestamp DESC LIMIT 100;
