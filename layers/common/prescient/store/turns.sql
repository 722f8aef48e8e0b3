-- name: save_turn
-- Write all that came of a turn, but for the positions that it sold of and the totals: results of its
-- signals, trades and positions, ledger and balance, exposure, taken depth, and the cycle's record.
-- Trades and positions are numbered in the order of the fills, whatever the plan of the joins.
WITH result AS (
    SELECT * FROM ROWS FROM (
        json_to_recordset(%(results)s) AS (
            signal_id bigint, rejection text, kind text, cash numeric, source text,
            cost_basis numeric, shares numeric, shared_depth boolean, trade_id text,
            amount numeric, fee numeric, price numeric, evidence text, quote_delay_seconds numeric,
            entry_bid numeric, stop_loss_bid numeric, take_profit_bid numeric
        )
    ) WITH ORDINALITY
), signal AS (
    UPDATE trading_signals AS signal SET
        executed = result.rejection IS NULL,
        executed_at = CASE WHEN result.rejection IS NULL THEN %(now)s::timestamptz END,
        rejection = result.rejection,
        trade_id = result.trade_id
    FROM result
    WHERE signal.portfolio_id = %(portfolio_id)s AND signal.id = result.signal_id
    RETURNING
        signal.portfolio_id, signal.cycle_id, signal.market_id, signal.market_question,
        signal.action, signal.target_price, signal.confidence, signal.reason, signal.group_id,
        signal.event_id, signal.event_title, signal.event_end_date, signal.executed,
        signal.trade_id, result.kind, result.cash, result.source, result.cost_basis, result.shares,
        result.shared_depth, result.amount, result.fee, result.price, result.evidence,
        result.quote_delay_seconds, result.entry_bid, result.stop_loss_bid,
        result.take_profit_bid, result.ordinality AS place
), trade AS (
    INSERT INTO trades (
        portfolio_id, trade_id, cycle_id, timestamp, market_id, market_question, action, shares,
        amount, fee, entry_price, target_price, evidence, quote_delay_seconds, confidence, reason,
        status, group_id, event_id, event_title, event_end_date, shared_depth
    )
    SELECT
        portfolio_id, trade_id, cycle_id, %(now)s, market_id, market_question, action, shares,
        amount, fee, price, target_price, evidence, quote_delay_seconds, confidence, reason,
        'open', group_id, event_id, event_title, event_end_date, shared_depth
    FROM signal
    WHERE trade_id IS NOT NULL
    ORDER BY place
), position AS (
    INSERT INTO portfolio_positions (
        portfolio_id, trade_id, market_id, event_id, market_question, action, bought_shares,
        shares, amount, fee, cost_basis, entry_price, entry_bid, stop_loss_bid, take_profit_bid,
        entry_timestamp, status, evidence, group_id, condition_id, yes_token_id, no_token_id,
        identity
    )
    SELECT
        signal.portfolio_id, signal.trade_id, signal.market_id, signal.event_id,
        signal.market_question, signal.action, signal.shares, signal.shares, signal.amount,
        signal.fee, signal.cost_basis, signal.price, signal.entry_bid, signal.stop_loss_bid,
        signal.take_profit_bid, %(now)s, 'open', signal.evidence, signal.group_id,
        market.condition_id, market.yes_token_id, market.no_token_id, market.identity
    FROM signal
    JOIN markets AS market ON market.market_id = signal.market_id
    WHERE signal.trade_id IS NOT NULL
    ORDER BY signal.place
), entry AS (
    INSERT INTO cash_ledger (
        portfolio_id, entry_no, kind, amount, balance_after, source, timestamp
    )
    SELECT
        signal.portfolio_id, account.entry_no + row_number() OVER passed, signal.kind, signal.cash,
        account.balance + sum(signal.cash) OVER passed, signal.source, %(now)s
    FROM signal
    CROSS JOIN (
        SELECT current_balance AS balance, coalesce((
            SELECT max(entry_no) FROM cash_ledger WHERE portfolio_id = %(portfolio_id)s
        ), 0) AS entry_no
        FROM portfolios WHERE portfolio_id = %(portfolio_id)s
    ) AS account
    WHERE signal.executed
    WINDOW passed AS (ORDER BY signal.place)
), exposure AS (
    UPDATE market_exposure SET cost_basis = market_exposure.cost_basis + moved.cost_basis
    FROM (
        SELECT market_id, sum(cost_basis) AS cost_basis FROM signal WHERE executed
        GROUP BY market_id
    ) AS moved
    WHERE market_exposure.market_id = moved.market_id
), capital AS (
    UPDATE capital_in_use SET cost_basis = capital_in_use.cost_basis + moved.cost_basis
    FROM (SELECT sum(cost_basis) AS cost_basis FROM signal WHERE executed) AS moved
    WHERE id = 1 AND moved.cost_basis IS NOT NULL
), depth AS (
    INSERT INTO taken_depth (batch_id, market_id, outcome, side, shares)
    SELECT
        cycle.batch_id, signal.market_id, split_part(signal.action, '_', 2),
        CASE split_part(signal.action, '_', 1) WHEN 'buy' THEN 'asks' ELSE 'bids' END,
        signal.shares
    FROM signal
    JOIN trading_cycles AS cycle ON cycle.cycle_id = signal.cycle_id
    WHERE signal.executed AND signal.shared_depth
    ON CONFLICT (batch_id, market_id, outcome, side) DO UPDATE SET
        shares = taken_depth.shares + excluded.shares
), portfolio AS (
    UPDATE portfolios SET
        current_balance = current_balance + moved.cash,
        trade_count = trade_count + moved.fills,
        total_trades_executed = total_trades_executed + moved.fills,
        last_trade_at = CASE WHEN moved.fills > 0 THEN %(now)s ELSE last_trade_at END
    FROM (
        SELECT sum(cash) AS cash, count(trade_id) AS fills FROM signal WHERE executed
    ) AS moved
    WHERE portfolio_id = %(portfolio_id)s AND moved.cash IS NOT NULL
)
UPDATE cycle_portfolios SET
    trades = %(trades)s, rejections = %(rejections)s, limits = %(limits)s, executed_at = %(now)s
WHERE cycle_id = %(cycle_id)s AND portfolio_id = %(portfolio_id)s;
