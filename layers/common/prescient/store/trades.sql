-- name: select_orders
SELECT
    signal.id AS signal_id, signal.market_id, signal.event_id, signal.action, signal.target_price,
    signal.amount, signal.confidence, snapshot.liquidity, snapshot.best_bid, snapshot.best_ask,
    snapshot.mark, market.fee_rate, market.fee_exponent,
    NOT snapshot.closed AND snapshot.accepting_orders
        AND NOT price.closed AND price.accepting_orders AS open,
    cycle.decided_at - snapshot.timestamp AS quote_age
FROM trading_signals AS signal
JOIN trading_cycles AS cycle ON cycle.cycle_id = signal.cycle_id
JOIN market_snapshots AS snapshot
    ON snapshot.batch_id = cycle.batch_id AND snapshot.market_id = signal.market_id
JOIN markets AS market ON market.market_id = signal.market_id
JOIN market_prices AS price ON price.market_id = signal.market_id
WHERE signal.portfolio_id = %(portfolio_id)s AND signal.cycle_id = %(cycle_id)s
    AND NOT signal.executed AND signal.rejection IS NULL
ORDER BY signal.id;

-- name: select_exposure_of_portfolio
SELECT market_id, event_id, action, cost_basis FROM portfolio_positions
WHERE portfolio_id = %(portfolio_id)s AND status = 'open';

-- name: insert_fills
WITH fill AS (
    SELECT * FROM jsonb_to_recordset(%(fills)s) AS given (
        signal_id bigint, trade_id text, shares numeric, amount numeric, fee numeric,
        price numeric, evidence text, quote_delay_seconds numeric, entry_bid numeric,
        stop_loss_bid numeric, take_profit_bid numeric
    )
), bought AS (
    SELECT signal.*, fill.trade_id AS new_trade_id, fill.shares, fill.amount AS paid, fill.fee,
        fill.price, fill.evidence, fill.quote_delay_seconds, fill.entry_bid, fill.stop_loss_bid,
        fill.take_profit_bid
    FROM fill JOIN trading_signals AS signal ON signal.id = fill.signal_id
    WHERE signal.portfolio_id = %(portfolio_id)s
), trade AS (
    INSERT INTO trades (
        portfolio_id, trade_id, cycle_id, timestamp, market_id, market_question, action, shares,
        amount, fee, entry_price, target_price, evidence, quote_delay_seconds, confidence, reason,
        status, group_id, event_id, event_title, event_end_date
    )
    SELECT
        portfolio_id, new_trade_id, cycle_id, %(now)s, market_id, market_question, action, shares,
        paid, fee, price, target_price, evidence, quote_delay_seconds, confidence, reason,
        'open', group_id, event_id, event_title, event_end_date
    FROM bought
), position AS (
    INSERT INTO portfolio_positions (
        portfolio_id, trade_id, market_id, event_id, market_question, action, bought_shares,
        shares, amount, fee, cost_basis, entry_price, entry_bid, stop_loss_bid, take_profit_bid,
        entry_timestamp, status, evidence, group_id
    )
    SELECT
        portfolio_id, new_trade_id, market_id, event_id, market_question, action, shares,
        shares, paid, fee, paid + fee, price, entry_bid, stop_loss_bid, take_profit_bid,
        %(now)s, 'open', evidence, group_id
    FROM bought
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

-- name: reject_signals
UPDATE trading_signals AS signal SET rejection = given.rejection
FROM unnest(%(signal_ids)s::bigint[], %(rejections)s::text[]) AS given (signal_id, rejection)
WHERE signal.portfolio_id = %(portfolio_id)s AND signal.id = given.signal_id;
