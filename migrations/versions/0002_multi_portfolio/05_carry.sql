-- The rows of schema v1, each written once: into the new tables, or whole into legacy_rows. Postgres
-- reads with several processes for CREATE TABLE AS, and with one for INSERT: what has to be searched
-- for, or joined, is found in tables of its own first.

-- name: refused_rows
CREATE TABLE prescient_v1.refused AS
SELECT 'trades' AS table_name, id, to_jsonb(judged) - 'refusal' AS row, refusal
FROM prescient_v1.judged_trades AS judged WHERE refusal IS NOT NULL
UNION ALL
SELECT 'portfolio_positions', id, to_jsonb(judged) - 'refusal', refusal
FROM prescient_v1.judged_positions AS judged WHERE refusal IS NOT NULL
UNION ALL
SELECT 'trading_signals', id, to_jsonb(judged) - 'refusal', refusal
FROM prescient_v1.judged_signals AS judged WHERE refusal IS NOT NULL
UNION ALL
SELECT 'portfolio_history', id, to_jsonb(judged) - 'refusal', refusal
FROM prescient_v1.judged_history AS judged WHERE refusal IS NOT NULL
UNION ALL
SELECT 'events', id,
    to_jsonb(judged) - 'refusal'
    || jsonb_build_object('event_data', prescient_v1.boxed(event_data)),
    refusal
FROM prescient_v1.judged_events AS judged WHERE refusal IS NOT NULL
UNION ALL
SELECT 'markets', id,
    to_jsonb(judged) - 'refusal'
    || jsonb_build_object('market_data', prescient_v1.boxed(market_data)),
    refusal
FROM prescient_v1.judged_markets AS judged WHERE refusal IS NOT NULL
UNION ALL
SELECT 'market_snapshots', id, to_jsonb(judged) - 'refusal', refusal
FROM prescient_v1.judged_snapshots AS judged WHERE refusal IS NOT NULL;
INSERT INTO legacy_rows (table_name, id, row, reason) TABLE prescient_v1.refused;

-- name: stated
-- What each portfolio says of itself; the default one by the old state where the seed's script has
-- made no row of it yet, or where it did and the old application traded on.
CREATE TABLE prescient_v1.stated AS
WITH bought AS (
    SELECT coalesce(sum(amount), 0) AS amount
    FROM prescient_v1.judged_trades JOIN prescient_v1.default_portfolio
        ON default_portfolio.portfolio_id = prescient_v1.owner(judged_trades.portfolio_id)
    WHERE refusal IS NULL
)
SELECT
    portfolio.portfolio_id, coalesce(nullif(name, ''), 'Portfolio ' || portfolio.portfolio_id) AS name,
    description, strategy_type, prescient_v1.positive(initial_balance) AS initial_balance,
    prescient_v1.number(CASE
        WHEN state.id IS NULL OR current_balance + bought.amount = initial_balance
            THEN current_balance
        ELSE state.balance
    END) AS balance,
    status, portfolio.created_at, portfolio.last_updated, strategy_config, max_position_size,
    max_total_exposure, max_positions, last_trade_at, last_price_update
FROM prescient_v1.portfolios AS portfolio
CROSS JOIN bought
LEFT JOIN prescient_v1.default_portfolio USING (portfolio_id)
LEFT JOIN prescient_v1.portfolio_state AS state ON default_portfolio.portfolio_id IS NOT NULL
UNION ALL
SELECT
    1, 'Default Portfolio', 'Migrated from single portfolio system', 'momentum', NULL,
    prescient_v1.number(balance), 'active', created_at, last_updated, NULL, NULL, NULL, NULL, NULL,
    NULL
FROM (SELECT) AS always
LEFT JOIN prescient_v1.portfolio_state ON true
WHERE NOT EXISTS (SELECT FROM prescient_v1.portfolios) AND (
    id IS NOT NULL
    OR EXISTS (SELECT FROM prescient_v1.trades)
    OR EXISTS (SELECT FROM prescient_v1.portfolio_positions)
    OR EXISTS (SELECT FROM prescient_v1.trading_signals)
    OR EXISTS (SELECT FROM prescient_v1.portfolio_history)
);

-- name: portfolios
-- Their money is written once the ledger is known.
INSERT INTO portfolios (
    portfolio_id, name, description, strategy_type, initial_balance, current_balance, peak_equity,
    status, status_reason, created_at, last_updated, strategy_config, max_position_size,
    max_total_exposure, last_trade_at, last_price_update
)
SELECT
    portfolio_id, name, coalesce(description, ''), strategy_type, 1, 0, 0,
    CASE
        WHEN reason IS NOT NULL THEN 'paused' ELSE coalesce(stated.status, 'active')
    END,
    reason,
    coalesce(prescient_v1.application_moment(created_at), now()),
    coalesce(prescient_v1.application_moment(last_updated), now()),
    CASE WHEN jsonb_typeof(strategy_config) = 'object' THEN strategy_config ELSE '{}' END,
    prescient_v1.positive(max_position_size), prescient_v1.positive(max_total_exposure),
    prescient_v1.application_moment(last_trade_at),
    prescient_v1.application_moment(last_price_update)
FROM prescient_v1.stated
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN balance IS NULL THEN 'schema v1 did not say its balance: 10000.00 is assumed'
        WHEN status NOT IN ('active', 'paused', 'archived')
            THEN format('schema v1 called its status %L', status)
        WHEN status = 'archived' AND EXISTS (
            SELECT FROM prescient_v1.judged_positions AS held
            WHERE prescient_v1.owner(held.portfolio_id) = stated.portfolio_id
                AND held.status = 'open' AND refusal IS NULL
        ) THEN 'it was archived with open positions'
    END AS reason
) AS decided;

-- name: positions
INSERT INTO portfolio_positions (
    id, portfolio_id, trade_id, market_id, event_id, market_question, action, bought_shares, shares,
    amount, fee, cost_basis, entry_price, entry_bid, entry_timestamp, status, flag, realized_pnl,
    exit_price, exit_timestamp, created_at, origin
)
SELECT
    old.id, prescient_v1.owner(old.portfolio_id), old.trade_id, old.market_id, trade.event_id,
    old.market_question, old.action, bought.shares,
    CASE old.status WHEN 'open' THEN bought.shares ELSE 0 END,
    old.amount, 0,
    CASE old.status WHEN 'open' THEN old.amount ELSE 0 END,
    old.entry_price,
    CASE WHEN old.entry_price > 0 AND old.entry_price < 1 THEN old.entry_price END,
    prescient_v1.application_moment(old.entry_timestamp), old.status,
    CASE WHEN bought.shares IS NULL THEN 'unknown_shares' END,
    CASE old.status
        WHEN 'open' THEN 0 ELSE trunc(bought.shares * old.exit_price, 2) - old.amount
    END,
    CASE old.status WHEN 'closed' THEN old.exit_price END,
    CASE old.status WHEN 'closed' THEN prescient_v1.moment(old.exit_timestamp) END,
    prescient_v1.moment(old.created_at), 'v1'
FROM prescient_v1.judged_positions AS old
LEFT JOIN prescient_v1.trades AS trade ON trade.trade_id = old.trade_id
    AND prescient_v1.owner(trade.portfolio_id) = prescient_v1.owner(old.portfolio_id)
CROSS JOIN LATERAL (SELECT prescient_v1.shares(old.amount, old.entry_price) AS shares) AS bought
WHERE old.refusal IS NULL;

-- name: trades
-- A trade follows its position: status, amount, shares and realized P&L.
INSERT INTO trades (
    id, portfolio_id, trade_id, timestamp, market_id, market_question, action, shares, amount, fee,
    entry_price, confidence, reason, status, event_id, event_title, event_end_date, realized_pnl,
    created_at, origin
)
SELECT
    old.id, prescient_v1.owner(old.portfolio_id), old.trade_id,
    prescient_v1.application_moment(old.timestamp), old.market_id, old.market_question, old.action,
    CASE
        WHEN position.id IS NULL THEN prescient_v1.shares(old.amount, old.entry_price)
        ELSE position.bought_shares
    END,
    coalesce(position.amount, old.amount), 0, old.entry_price, old.confidence, old.reason,
    coalesce(position.status, old.status), old.event_id, old.event_title,
    prescient_v1.application_moment(old.event_end_date),
    CASE position.status WHEN 'closed' THEN position.realized_pnl END,
    prescient_v1.moment(old.created_at), 'v1'
FROM prescient_v1.judged_trades AS old
LEFT JOIN portfolio_positions AS position ON position.trade_id = old.trade_id
    AND position.portfolio_id = prescient_v1.owner(old.portfolio_id)
WHERE old.refusal IS NULL;

-- name: unpaired
-- Trades without a position, and positions without a trade.
ANALYZE trades, portfolio_positions;
CREATE TABLE prescient_v1.unpaired AS
SELECT portfolio_id, trade_id, trade.id AS trade, position.id AS position, trade.amount
FROM trades AS trade
FULL JOIN portfolio_positions AS position USING (portfolio_id, trade_id)
WHERE trade.id IS NULL OR position.id IS NULL;
ANALYZE prescient_v1.unpaired;

-- name: trades_of_positions
-- A position whose trade is missing keeps its money: the trade is what the position says of it.
INSERT INTO trades (
    id, portfolio_id, trade_id, timestamp, market_id, market_question, action, shares, amount, fee,
    entry_price, status, event_id, realized_pnl, created_at, origin
)
SELECT
    coalesce((SELECT max(id) FROM prescient_v1.trades), 0)
        + row_number() OVER (ORDER BY position.id),
    position.portfolio_id, position.trade_id, position.entry_timestamp, position.market_id,
    position.market_question, position.action, position.bought_shares, position.amount, 0,
    position.entry_price, position.status, position.event_id,
    CASE position.status WHEN 'closed' THEN position.realized_pnl END,
    position.created_at, 'v1_position'
FROM portfolio_positions AS position
WHERE id IN (SELECT position FROM prescient_v1.unpaired);

-- name: exits
-- At 0 or 1 nothing can be sold: such an exit was a settlement.
INSERT INTO position_exits (
    portfolio_id, position_id, kind, shares, price, proceeds, fee, cost_basis, realized_pnl, source,
    timestamp
)
SELECT
    portfolio_id, id, CASE WHEN exit_price IN (0, 1) THEN 'settlement' ELSE 'sell' END,
    bought_shares, exit_price, realized_pnl + amount, 0, amount, realized_pnl, 'v1:exit:' || id,
    exit_timestamp
FROM portfolio_positions
WHERE status = 'closed'
ORDER BY exit_timestamp, id;

-- name: signals
-- A trade has one signal: the first that names it.
CREATE TABLE prescient_v1.first_signals AS
SELECT min(signal.id) AS id, portfolio_id, trade_id
FROM (
    SELECT id, prescient_v1.owner(portfolio_id) AS portfolio_id, trade_id
    FROM prescient_v1.judged_signals WHERE refusal IS NULL
) AS signal
JOIN trades USING (portfolio_id, trade_id)
GROUP BY portfolio_id, trade_id;
ANALYZE prescient_v1.first_signals;
INSERT INTO trading_signals (
    id, portfolio_id, strategy_type, timestamp, market_id, market_question, action, target_price,
    amount, confidence, reason, yes_price, no_price, market_liquidity, market_volume, event_id,
    event_title, event_end_date, executed, executed_at, trade_id, created_at, origin
)
SELECT
    old.id, portfolio.portfolio_id, coalesce(old.strategy_type, portfolio.strategy_type),
    prescient_v1.application_moment(old.timestamp),
    old.market_id, old.market_question, old.action, old.target_price, old.amount, old.confidence,
    old.reason, old.yes_price, old.no_price, prescient_v1.number(old.market_liquidity),
    prescient_v1.number(old.market_volume), old.event_id, old.event_title,
    prescient_v1.application_moment(old.event_end_date), coalesce(old.executed, false),
    prescient_v1.moment(old.executed_at), first.trade_id, prescient_v1.moment(old.created_at), 'v1'
FROM prescient_v1.judged_signals AS old
JOIN portfolios AS portfolio
    ON portfolio.portfolio_id = prescient_v1.owner(old.portfolio_id)
LEFT JOIN prescient_v1.first_signals AS first ON first.id = old.id
WHERE old.refusal IS NULL;

-- name: history
INSERT INTO portfolio_history (
    id, portfolio_id, snapshot_date, timestamp, balance, total_invested, total_profit_loss,
    total_value, open_positions, trade_count, origin, created_at
)
SELECT
    id, prescient_v1.owner(portfolio_id), snapshot_date,
    prescient_v1.application_moment(timestamp),
    balance, total_invested, total_profit_loss, total_value, open_positions, trade_count, 'v1',
    prescient_v1.moment(created_at)
FROM prescient_v1.judged_history
WHERE refusal IS NULL;

-- name: survivors
INSERT INTO portfolio_snapshots (
    id, timestamp, balance, total_invested, total_profit_loss, trade_count, created_at
)
SELECT
    id, prescient_v1.moment(timestamp), balance, total_invested, total_profit_loss, trade_count,
    prescient_v1.moment(created_at)
FROM prescient_v1.portfolio_snapshots;
INSERT INTO signal_archives (
    id, archived_at, archive_month, signals_count, signals_data, created_at
)
SELECT
    id, prescient_v1.moment(archived_at), archive_month, signals_count, signals_data,
    prescient_v1.moment(created_at)
FROM prescient_v1.signal_archives;
INSERT INTO system_metadata (key, value, updated_at)
SELECT key, value, prescient_v1.moment(updated_at) FROM prescient_v1.system_metadata;

-- name: events
-- Placeholders stand for what schema v1 did not store, until the exchange is read again.
INSERT INTO events (
    id, event_id, title, slug, liquidity, volume, volume24hr, start_date, end_date, event_data,
    created_at, updated_at
)
SELECT
    id, event_id, coalesce(title, ''), coalesce(slug, ''),
    greatest(prescient_v1.number(liquidity), 0),
    greatest(prescient_v1.number(volume), 0),
    greatest(prescient_v1.number(volume24hr), 0),
    prescient_v1.application_moment(start_date), prescient_v1.application_moment(end_date),
    coalesce(event_data, '{}'),
    coalesce(prescient_v1.moment(created_at), prescient_v1.moment(updated_at), now()),
    coalesce(prescient_v1.moment(updated_at), prescient_v1.moment(created_at), now())
FROM prescient_v1.judged_events
WHERE refusal IS NULL;

-- name: markets
INSERT INTO markets (
    id, market_id, question, event_id, event_title, event_end_date, yes_outcome, no_outcome,
    tick_size, neg_risk, fee_rate, fee_exponent, market_data, created_at, updated_at
)
SELECT
    id, market_id, coalesce(question, ''), event_id, event_title,
    prescient_v1.application_moment(event_end_date), 'Yes', 'No', 0.01, false, 0, 1,
    coalesce(market_data, '{}'),
    coalesce(prescient_v1.moment(created_at), prescient_v1.moment(updated_at), now()),
    coalesce(prescient_v1.moment(updated_at), prescient_v1.moment(created_at), now())
FROM prescient_v1.judged_markets
WHERE refusal IS NULL;

-- name: listed
-- Where a market's own row is newer than its snapshots, the tape has that too, closed to orders.
CREATE TABLE prescient_v1.listed AS
SELECT
    NULL::integer AS id, old.market_id, old.updated_at AS timestamp, old.yes_price,
    CASE WHEN old.no_price BETWEEN 0 AND 1 THEN old.no_price END AS no_price,
    coalesce(prescient_v1.number(old.liquidity), 0) AS liquidity,
    coalesce(prescient_v1.number(old.volume), 0) AS volume,
    coalesce(prescient_v1.number(old.volume24hr), 0) AS volume24hr,
    old.updated_at AS created_at
FROM prescient_v1.judged_markets AS old
LEFT JOIN (
    SELECT market_id, max(timestamp) AS timestamp
    FROM prescient_v1.judged_snapshots
    WHERE refusal IS NULL AND yes_price IS NOT NULL GROUP BY market_id
) AS seen USING (market_id)
WHERE refusal IS NULL AND old.yes_price BETWEEN 0 AND 1
    AND prescient_v1.moment(old.updated_at) IS NOT NULL
    AND (seen.timestamp IS NULL OR old.updated_at > seen.timestamp);
CREATE VIEW prescient_v1.observed AS
SELECT
    id, market_id, timestamp, date_trunc('hour', timestamp) AS hour, yes_price, no_price, liquidity,
    volume, volume24hr, created_at
FROM (
    SELECT
        id, market_id, timestamp, yes_price, no_price, liquidity, volume, volume24hr, created_at
    FROM prescient_v1.judged_snapshots WHERE refusal IS NULL
    UNION ALL TABLE prescient_v1.listed
) AS every;

-- name: snapshots
-- A batch holds a market once: the n-th batch of an hour has each market's n-th price in it.
CREATE TABLE prescient_v1.hours AS
SELECT hour, sum(max(snapshots)) OVER (ORDER BY hour) - max(snapshots) AS batches_before
FROM (
    SELECT hour, count(*) AS snapshots FROM prescient_v1.observed GROUP BY hour, market_id
) AS counted
GROUP BY hour;
INSERT INTO market_snapshots (
    batch_id, market_id, timestamp, yes_price, no_price, mark, mark_stale, liquidity, volume,
    volume24hr, accepting_orders, closed, created_at, legacy_id
)
SELECT
    hours.batches_before + old.place, old.market_id,
    least(prescient_v1.moment(old.timestamp), now()), old.yes_price, old.no_price, old.yes_price,
    true, prescient_v1.number(old.liquidity), prescient_v1.number(old.volume),
    prescient_v1.number(old.volume24hr), CASE WHEN old.id IS NULL THEN false END,
    CASE WHEN old.id IS NULL THEN false END, prescient_v1.moment(old.created_at), old.id
FROM (
    SELECT
        *, row_number() OVER (PARTITION BY hour, market_id ORDER BY timestamp, id) AS place
    FROM prescient_v1.observed
) AS old
JOIN prescient_v1.hours USING (hour);

-- name: batches
INSERT INTO market_batches (
    batch_id, kind, status, started_at, completed_at, markets, counters
)
OVERRIDING SYSTEM VALUE
SELECT
    batch_id, 'backfill', 'complete', min(timestamp), max(timestamp), count(*),
    '{"origin": "schema v1"}'
FROM market_snapshots
GROUP BY batch_id;

-- name: hours
INSERT INTO market_hours (market_id, hour, observed_at, mark)
SELECT DISTINCT ON (market_id, date_trunc('hour', timestamp, 'UTC'))
    market_id, date_trunc('hour', timestamp, 'UTC'), timestamp, mark
FROM market_snapshots
WHERE mark IS NOT NULL
ORDER BY market_id, date_trunc('hour', timestamp, 'UTC'), timestamp DESC;

-- name: transfers
-- The seed's log of capital that moved between portfolios that are both still there.
INSERT INTO portfolio_rebalancing_log (
    id, timestamp, from_portfolio_id, to_portfolio_id, from_name, to_name, amount, reason,
    executed_by
)
SELECT
    old.id, prescient_v1.moment(old.timestamp), payer.portfolio_id, payee.portfolio_id,
    payer.name, payee.name, old.amount, old.reason,
    CASE old.executed_by WHEN 'manual' THEN 'manual' ELSE 'system' END
FROM prescient_v1.portfolio_rebalancing_log AS old
JOIN portfolios AS payer ON payer.portfolio_id = old.from_portfolio_id
JOIN portfolios AS payee ON payee.portfolio_id = old.to_portfolio_id
WHERE prescient_v1.positive(old.amount) IS NOT NULL
    AND prescient_v1.moment(old.timestamp) IS NOT NULL AND payer.portfolio_id <> payee.portfolio_id;

-- name: next_ids
-- New rows are numbered on from the old ones, those in legacy_rows included.
SELECT setval(pg_get_serial_sequence(table_name, column_name), greatest(last, 1))
FROM (
    SELECT 'trades' AS table_name, 'id' AS column_name, max(id) AS last FROM (
        SELECT max(id) AS id FROM trades UNION ALL SELECT max(id) FROM prescient_v1.trades
    ) AS every
    UNION ALL SELECT 'portfolios', 'portfolio_id', max(portfolio_id) FROM portfolios
    UNION ALL SELECT 'portfolio_positions', 'id', max(id) FROM prescient_v1.portfolio_positions
    UNION ALL SELECT 'trading_signals', 'id', max(id) FROM prescient_v1.trading_signals
    UNION ALL SELECT 'portfolio_history', 'id', max(id) FROM prescient_v1.portfolio_history
    UNION ALL SELECT 'portfolio_snapshots', 'id', max(id) FROM prescient_v1.portfolio_snapshots
    UNION ALL SELECT 'signal_archives', 'id', max(id) FROM prescient_v1.signal_archives
    UNION ALL SELECT 'events', 'id', max(id) FROM prescient_v1.events
    UNION ALL SELECT 'markets', 'id', max(id) FROM prescient_v1.markets
    UNION ALL SELECT 'portfolio_rebalancing_log', 'id', max(id) FROM portfolio_rebalancing_log
    UNION ALL SELECT 'market_batches', 'batch_id', max(batch_id) FROM market_batches
) AS used
WHERE last IS NOT NULL;
