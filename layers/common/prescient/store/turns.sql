-- name: mark_sold
-- Sell signals have executed; what they sold is in position_exits.
UPDATE trading_signals SET executed = true, executed_at = %(now)s
WHERE portfolio_id = %(portfolio_id)s AND id = ANY (%(signal_ids)s::bigint[]);

-- name: insert_fills
-- Store fills as trades and positions, count them for their portfolio, mark their signals executed.
-- Trades and positions are numbered in the order of the fills, whatever the plan of the joins.
WITH fill AS (
    SELECT * FROM ROWS FROM (
        jsonb_to_recordset(%(fills)s) AS (
            signal_id bigint, trade_id text, shares numeric, amount numeric, fee numeric,
            price numeric, evidence text, quote_delay_seconds numeric, entry_bid numeric,
            stop_loss_bid numeric, take_profit_bid numeric, shared_depth boolean
        )
    ) WITH ORDINALITY
), bought AS (
    SELECT signal.*, fill.trade_id AS new_trade_id, fill.shares AS bought_shares,
        fill.amount AS paid, fill.fee,
        fill.price, fill.evidence, fill.quote_delay_seconds, fill.entry_bid, fill.stop_loss_bid,
        fill.take_profit_bid, market.condition_id, market.yes_token_id, market.no_token_id,
        market.identity, fill.shared_depth, fill.ordinality AS place
    FROM fill
    JOIN trading_signals AS signal ON signal.id = fill.signal_id
    JOIN markets AS market ON market.market_id = signal.market_id
    WHERE signal.portfolio_id = %(portfolio_id)s
), trade AS (
    INSERT INTO trades (
        portfolio_id, trade_id, cycle_id, timestamp, market_id, market_question, action, shares,
        amount, fee, entry_price, target_price, evidence, quote_delay_seconds, confidence, reason,
        status, group_id, event_id, event_title, event_end_date, shared_depth
    )
    SELECT
        portfolio_id, new_trade_id, cycle_id, %(now)s, market_id, market_question, action,
        bought_shares, paid, fee, price, target_price, evidence, quote_delay_seconds, confidence,
        reason, 'open', group_id, event_id, event_title, event_end_date, shared_depth
    FROM bought
    ORDER BY place
), position AS (
    INSERT INTO portfolio_positions (
        portfolio_id, trade_id, market_id, event_id, market_question, action, bought_shares,
        shares, amount, fee, cost_basis, entry_price, entry_bid, stop_loss_bid, take_profit_bid,
        entry_timestamp, status, evidence, group_id, condition_id, yes_token_id, no_token_id,
        identity
    )
    SELECT
        portfolio_id, new_trade_id, market_id, event_id, market_question, action, bought_shares,
        bought_shares, paid, fee, paid + fee, price, entry_bid, stop_loss_bid, take_profit_bid,
        %(now)s, 'open', evidence, group_id, condition_id, yes_token_id, no_token_id,
        identity
    FROM bought
    ORDER BY place
), portfolio AS (
    UPDATE portfolios SET
        trade_count = trade_count + (SELECT count(*) FROM bought),
        total_trades_executed = total_trades_executed + (SELECT count(*) FROM bought),
        last_trade_at = %(now)s
    WHERE portfolio_id = %(portfolio_id)s
)
UPDATE trading_signals AS signal SET
    executed = true, executed_at = %(now)s, trade_id = bought.new_trade_id
FROM bought WHERE signal.id = bought.id;

-- name: take_depth
-- Add what a turn took to what is gone of its batch's books and quotes, for the turns after it.
INSERT INTO taken_depth (batch_id, market_id, outcome, side, shares)
SELECT cycle.batch_id, given.market_id, given.outcome, given.side, given.shares
FROM trading_cycles AS cycle
CROSS JOIN jsonb_to_recordset(%(taken)s) AS given (
    market_id text, outcome text, side text, shares numeric
)
WHERE cycle.cycle_id = %(cycle_id)s
ON CONFLICT (batch_id, market_id, outcome, side) DO UPDATE SET
    shares = taken_depth.shares + excluded.shares;

-- name: reject_signals
-- Note on each signal why it did not execute.
UPDATE trading_signals AS signal SET rejection = given.rejection
FROM unnest(%(signal_ids)s::bigint[], %(rejections)s::text[]) AS given (signal_id, rejection)
WHERE signal.portfolio_id = %(portfolio_id)s AND signal.id = given.signal_id;
