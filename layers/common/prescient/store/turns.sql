-- name: lock_traders
-- Lock portfolios and their parts in a cycle until the transaction ends; read what their orders
-- execute by, and what the cycle did for them.
SELECT
    portfolio_id, cycle_id, part.status, lease_until, signals, trades,
    rejections::text AS rejections, executed_at, portfolio.status AS portfolio_status,
    current_balance, strategy_type, portfolio.strategy_config::text AS strategy_config,
    max_position_size, max_total_exposure, max_positions
FROM portfolios AS portfolio JOIN cycle_portfolios AS part USING (portfolio_id)
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]) AND cycle_id = %(cycle_id)s
ORDER BY portfolio_id
FOR UPDATE;

-- name: select_known
-- Read which of these portfolios exist.
SELECT portfolio_id FROM portfolios WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]);

-- name: save_turns
-- Write all that came of turns, but for the positions that they sold of and the portfolios: results
-- of signals, trades and positions, ledger, exposure and taken depth; and what the cycle remembers.
-- Trades and positions are numbered in the order of the fills, whatever the plan of the joins.
WITH result AS (
    SELECT * FROM ROWS FROM (
        json_to_recordset(%(results)s) AS (
            portfolio_id int, signal_id bigint, rejection text, kind text, cash numeric, source text,
            cost_basis numeric, moved numeric, shared_depth boolean, trade_id text, paid numeric,
            fee numeric, price numeric, evidence text, quote_delay numeric, entry_bid numeric,
            stop numeric, take numeric
        )
    ) WITH ORDINALITY
), signal AS (
    UPDATE trading_signals AS signal SET
        executed = result.rejection IS NULL,
        executed_at = CASE WHEN result.rejection IS NULL THEN %(now)s::timestamptz END,
        rejection = result.rejection, trade_id = result.trade_id
    FROM result, markets AS market
    WHERE signal.portfolio_id = result.portfolio_id AND signal.id = result.signal_id
        AND cycle_id = %(cycle_id)s AND market.market_id = signal.market_id
    RETURNING
        signal.*, result.ordinality AS place, kind, cash, source, cost_basis, moved, shared_depth,
        paid, fee, price, evidence, quote_delay, entry_bid, stop, take, condition_id, yes_token_id,
        no_token_id, identity
), trade AS (
    INSERT INTO trades (
        portfolio_id, trade_id, cycle_id, timestamp, market_id, market_question, action, shares,
        amount, fee, entry_price, target_price, evidence, quote_delay_seconds, confidence, reason,
        status, group_id, event_id, event_title, event_end_date, shared_depth
    )
    SELECT
        portfolio_id, trade_id, cycle_id, executed_at, market_id, market_question, action, moved,
        paid, fee, price, target_price, evidence, quote_delay, confidence, reason, 'open', group_id,
        event_id, event_title, event_end_date, shared_depth
    FROM signal WHERE trade_id IS NOT NULL ORDER BY place
), position AS (
    INSERT INTO portfolio_positions (
        portfolio_id, trade_id, market_id, event_id, market_question, action, bought_shares,
        shares, amount, fee, cost_basis, entry_price, entry_bid, stop_loss_bid, take_profit_bid,
        entry_timestamp, status, evidence, group_id, condition_id, yes_token_id, no_token_id,
        identity
    )
    SELECT
        portfolio_id, trade_id, market_id, event_id, market_question, action, moved, moved, paid,
        fee, cost_basis, price, entry_bid, stop, take, executed_at, 'open', evidence, group_id,
        condition_id, yes_token_id, no_token_id, identity
    FROM signal WHERE trade_id IS NOT NULL ORDER BY place
), moved AS (
    SELECT market_id, sum(cost_basis) AS cost_basis
    FROM signal WHERE executed GROUP BY GROUPING SETS ((), market_id)
), owner AS MATERIALIZED (
    SELECT portfolio_id, current_balance, (
        SELECT coalesce(max(entry_no), 0) FROM cash_ledger AS entry
        WHERE entry.portfolio_id = portfolio.portfolio_id
    ) AS entry_no
    FROM portfolios AS portfolio
    WHERE portfolio_id IN (SELECT portfolio_id FROM signal WHERE executed)
), entry AS (
    INSERT INTO cash_ledger (
        portfolio_id, entry_no, kind, amount, balance_after, source, timestamp
    )
    SELECT
        portfolio_id, entry_no + row_number() OVER passed, kind, cash,
        current_balance + sum(cash) OVER passed, source, executed_at
    FROM signal JOIN owner USING (portfolio_id)
    WHERE executed
    WINDOW passed AS (PARTITION BY portfolio_id ORDER BY place)
), exposure AS (
    UPDATE market_exposure AS market SET cost_basis = market.cost_basis + moved.cost_basis
    FROM moved WHERE market.market_id = moved.market_id
), capital AS (
    UPDATE capital_in_use AS capital SET cost_basis = capital.cost_basis + moved.cost_basis
    FROM moved WHERE id = 1 AND market_id IS NULL AND moved.cost_basis IS NOT NULL
), depth AS (
    INSERT INTO taken_depth AS depth (batch_id, market_id, outcome, side, shares)
    SELECT
        batch_id, market_id, split_part(action, '_', 2),
        CASE signal.kind WHEN 'buy' THEN 'asks' ELSE 'bids' END, sum(moved)
    FROM signal JOIN trading_cycles AS cycle USING (cycle_id)
    WHERE executed AND signal.shared_depth
    GROUP BY 1, 2, 3, 4
    ON CONFLICT (batch_id, market_id, outcome, side) DO UPDATE SET
        shares = depth.shares + excluded.shares
)
UPDATE cycle_portfolios AS part SET
    trades = turn.trades, rejections = turn.rejections, limits = turn.limits, executed_at = %(now)s
FROM json_to_recordset(%(turns)s) AS turn (
    portfolio_id int, trades int, rejections jsonb, limits jsonb
)
WHERE part.portfolio_id = turn.portfolio_id AND cycle_id = %(cycle_id)s;

-- name: settle_turns
-- Bring the cash of portfolios that traded in line with their turns, and their totals with their
-- positions, as `rewrite_totals` does. That their owners are among the traders is said twice, so that
-- they are found by their status: by portfolio alone, closed ones would be read and passed over.
UPDATE portfolios AS portfolio SET
    current_balance = turn.balance,
    trade_count = trade_count + turn.fills,
    last_trade_at = CASE WHEN turn.fills > 0 THEN %(now)s ELSE last_trade_at END,
    total_invested = held.invested,
    total_profit_loss = realized_pnl + held.value - held.invested,
    value_at_bid = held.value_at_bid,
    open_positions = held.positions,
    peak_equity = greatest(peak_equity, turn.balance + held.value),
    max_drawdown = greatest(max_drawdown, peak_equity - turn.balance - held.value),
    peak_profit = greatest(peak_profit, realized_pnl + held.value - held.invested),
    index_peak = greatest(index_peak, turn.balance + held.value),
    last_updated = %(now)s
FROM json_to_recordset(%(turns)s) AS turn (portfolio_id int, fills int, balance numeric)
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(cost_basis), 0) AS invested, coalesce(sum(value), 0) AS value,
        coalesce(sum(position.value_at_bid), 0) AS value_at_bid, count(*) AS positions
    FROM position_valuations AS position
    WHERE position.portfolio_id = turn.portfolio_id
        AND position.portfolio_id = ANY (%(traders)s::int[])
) AS held
WHERE portfolio.portfolio_id = turn.portfolio_id
    AND portfolio.portfolio_id = ANY (%(traders)s::int[]);
