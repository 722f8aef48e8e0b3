-- name: read
SELECT amount FROM trades LIMIT 1;

-- name: begin
SELECT
    set_config('work_mem', '64MB', true), set_config('maintenance_work_mem', '128MB', true);
CREATE SCHEMA floor;
SELECT set_config('search_path', 'floor', true);

-- name: fill
INSERT INTO portfolios (
    name, strategy_type, initial_balance, current_balance, peak_equity, created_at, last_updated
)
SELECT 'Default Portfolio', 'momentum', 1e12, 1e12, 1e12, created_at, last_updated
FROM public.portfolio_state;

INSERT INTO portfolio_positions (
    id, portfolio_id, trade_id, market_id, event_id, market_question, action, bought_shares, shares,
    amount, fee, cost_basis, entry_price, entry_bid, entry_timestamp, status, realized_pnl,
    exit_price, exit_timestamp, created_at, origin
)
SELECT
    old.id, 1, old.trade_id, old.market_id, trade.event_id, old.market_question, old.action,
    trunc(old.amount / old.entry_price, 2),
    CASE old.status WHEN 'open' THEN trunc(old.amount / old.entry_price, 2) ELSE 0 END,
    old.amount, 0, CASE old.status WHEN 'open' THEN old.amount ELSE 0 END, old.entry_price,
    old.entry_price, old.entry_timestamp, old.status,
    CASE old.status
        WHEN 'open' THEN 0
        ELSE trunc(trunc(old.amount / old.entry_price, 2) * old.exit_price, 2) - old.amount
    END,
    old.exit_price, old.exit_timestamp, old.created_at, 'v1'
FROM public.portfolio_positions AS old JOIN public.trades AS trade USING (trade_id)
WHERE old.status = 'open' OR old.exit_price IS NOT NULL;

INSERT INTO trades (
    id, portfolio_id, trade_id, timestamp, market_id, market_question, action, shares, amount, fee,
    entry_price, confidence, reason, status, event_id, event_title, event_end_date, realized_pnl,
    created_at, origin
)
SELECT
    old.id, 1, trade_id, timestamp, old.market_id, old.market_question, old.action,
    trunc(old.amount / old.entry_price, 2), old.amount, 0, old.entry_price, confidence, reason,
    old.status, old.event_id, event_title, event_end_date, position.realized_pnl, old.created_at, 'v1'
FROM public.trades AS old LEFT JOIN portfolio_positions AS position USING (trade_id);

INSERT INTO position_exits (
    portfolio_id, position_id, kind, shares, price, proceeds, fee, cost_basis, realized_pnl, source,
    timestamp
)
SELECT
    1, id, 'sell', bought_shares, exit_price, realized_pnl + amount, 0, amount, realized_pnl,
    'v1:exit:' || id, exit_timestamp
FROM portfolio_positions WHERE status = 'closed';

INSERT INTO trading_signals (
    id, portfolio_id, strategy_type, timestamp, market_id, market_question, action, target_price,
    amount, confidence, reason, yes_price, no_price, market_liquidity, market_volume, event_id,
    event_title, event_end_date, executed, executed_at, trade_id, created_at, origin
)
SELECT
    id, 1, 'momentum', timestamp, market_id, market_question, action, target_price, amount,
    confidence, reason, yes_price, no_price, market_liquidity, market_volume, event_id, event_title,
    event_end_date, executed, executed_at, trade_id, created_at, 'v1'
FROM public.trading_signals;

INSERT INTO cash_ledger (
    portfolio_id, entry_no, kind, amount, balance_after, source, timestamp
)
SELECT
    1, row_number() OVER in_time, kind, amount, 1e12 + sum(amount) OVER in_time, source, timestamp
FROM (
    SELECT
        entry_timestamp AS timestamp, id, 'buy' AS kind, -amount AS amount,
        'trade:' || trade_id AS source
    FROM portfolio_positions
    UNION ALL
    SELECT timestamp, position_id, kind, proceeds, source FROM position_exits
) AS movement
WINDOW in_time AS (ORDER BY timestamp, id ROWS UNBOUNDED PRECEDING);

INSERT INTO portfolio_history (
    id, portfolio_id, snapshot_date, timestamp, balance, total_invested, total_profit_loss,
    total_value, open_positions, trade_count, origin
)
SELECT DISTINCT ON (snapshot_date)
    id, 1, snapshot_date, timestamp, balance, total_invested, total_profit_loss, total_value,
    open_positions, trade_count, 'v1'
FROM public.portfolio_history
ORDER BY snapshot_date, timestamp DESC;

INSERT INTO events (
    id, event_id, title, slug, liquidity, volume, volume24hr, start_date, end_date, event_data,
    created_at, updated_at
)
SELECT
    id, event_id, title, slug, liquidity, volume, volume24hr, start_date, end_date, event_data,
    created_at, updated_at
FROM public.events;

INSERT INTO markets (
    id, market_id, question, event_id, event_title, event_end_date, yes_outcome, no_outcome,
    tick_size, neg_risk, fee_rate, fee_exponent, market_data, created_at, updated_at
)
SELECT
    id, market_id, question, event_id, event_title, event_end_date, 'Yes', 'No', 0.01, false, 0, 1,
    market_data, created_at, updated_at
FROM public.markets;

INSERT INTO market_snapshots (
    batch_id, market_id, timestamp, yes_price, no_price, mark, mark_stale, liquidity, volume,
    volume24hr, created_at, legacy_id
)
SELECT
    id / 100, market_id, timestamp, yes_price, no_price, yes_price, true, liquidity, volume,
    volume24hr, created_at, id
FROM public.market_snapshots;

INSERT INTO market_batches (batch_id, kind, status, started_at, completed_at, markets)
OVERRIDING SYSTEM VALUE
SELECT batch_id, 'backfill', 'complete', min(timestamp), max(timestamp), count(*)
FROM market_snapshots GROUP BY batch_id;

INSERT INTO market_hours (market_id, hour, observed_at, mark)
SELECT DISTINCT ON (market_id, date_trunc('hour', timestamp, 'UTC'))
    market_id, date_trunc('hour', timestamp, 'UTC'), timestamp, mark
FROM market_snapshots
ORDER BY market_id, date_trunc('hour', timestamp, 'UTC'), timestamp DESC;

-- name: end
DROP TABLE public.portfolio_state, public.portfolio_positions, public.trades, public.trading_signals,
    public.portfolio_history, public.portfolio_snapshots, public.signal_archives,
    public.system_metadata, public.events, public.markets, public.market_snapshots;
