-- The floor of executing waiting signals: the same fills, written by one statement a chunk, which is a
-- transaction as the step's is.

-- name: read_fills
SELECT
    position.portfolio_id, json_agg(json_build_object(
        'signal_id', signal.id, 'trade_id', position.trade_id, 'shares', position.shares,
        'amount', position.amount, 'fee', position.fee, 'price', position.entry_price,
        'entry_bid', position.entry_bid
    ) ORDER BY entry.entry_no)
FROM portfolio_positions AS position
JOIN trading_signals AS signal USING (portfolio_id, trade_id)
JOIN cycle_portfolios AS part
    ON part.portfolio_id = signal.portfolio_id AND part.cycle_id = signal.cycle_id
    AND part.status = 'running'
JOIN cash_ledger AS entry
    ON entry.portfolio_id = position.portfolio_id AND entry.source = 'trade:' || position.trade_id
GROUP BY position.portfolio_id
ORDER BY position.portfolio_id;

-- name: write_fills
WITH fill AS (
    SELECT * FROM ROWS FROM (jsonb_to_recordset(%(fills)s) AS (
        signal_id bigint, trade_id text, shares numeric, amount numeric, fee numeric, price numeric,
        entry_bid numeric
    )) WITH ORDINALITY AS given (
        signal_id, trade_id, shares, amount, fee, price, entry_bid, place
    )
), signal AS (
    UPDATE trading_signals AS signal SET
        executed = true, executed_at = %(now)s, trade_id = fill.trade_id
    FROM fill WHERE signal.id = fill.signal_id
    RETURNING signal.*, fill.shares AS bought, fill.amount AS paid, fill.fee, fill.price,
        fill.entry_bid, fill.place
), trade AS (
    INSERT INTO trades (
        portfolio_id, trade_id, cycle_id, timestamp, market_id, market_question, action, shares,
        amount, fee, entry_price, target_price, evidence, quote_delay_seconds, confidence, reason,
        status
    )
    SELECT
        portfolio_id, trade_id, cycle_id, %(now)s, market_id, market_question, action, bought, paid,
        fee, price, target_price, 'book', 0, confidence, reason, 'open'
    FROM signal
), position AS (
    INSERT INTO portfolio_positions (
        portfolio_id, trade_id, market_id, market_question, action, bought_shares, shares, amount,
        fee, cost_basis, entry_price, entry_bid, entry_timestamp, status, evidence
    )
    SELECT
        portfolio_id, trade_id, market_id, market_question, action, bought, bought, paid, fee,
        paid + fee, price, entry_bid, %(now)s, 'open', 'book'
    FROM signal
), entry AS (
    INSERT INTO cash_ledger (
        portfolio_id, entry_no, kind, amount, balance_after, source, timestamp
    )
    SELECT
        portfolio_id, owner.entry_no + row_number() OVER passed, 'buy', -(paid + fee),
        owner.current_balance - sum(paid + fee) OVER passed,
        'trade:' || signal.trade_id, %(now)s
    FROM signal
    JOIN (
        SELECT portfolio_id, current_balance, (
            SELECT max(entry_no) FROM cash_ledger AS entry
            WHERE entry.portfolio_id = portfolio.portfolio_id
        ) AS entry_no
        FROM portfolios AS portfolio WHERE portfolio_id = ANY (%(portfolio_ids)s)
    ) AS owner USING (portfolio_id)
    WINDOW passed AS (PARTITION BY portfolio_id ORDER BY place)
), exposure AS (
    INSERT INTO market_exposure (market_id, cost_basis)
    SELECT market_id, sum(paid + fee) FROM signal GROUP BY market_id
    ON CONFLICT (market_id) DO UPDATE SET
        cost_basis = market_exposure.cost_basis + excluded.cost_basis
), capital AS (
    UPDATE capital_in_use SET cost_basis = cost_basis + (SELECT coalesce(sum(paid + fee), 0) FROM signal)
), total AS (
    SELECT
        portfolio_id, sum(paid + fee) AS spent, sum(round(bought * price.mark, 2)) AS value,
        count(*) AS fills
    FROM signal JOIN market_prices AS price USING (market_id)
    GROUP BY portfolio_id
), claim AS (
    UPDATE cycle_portfolios AS part SET trades = total.fills, executed_at = %(now)s
    FROM total WHERE part.portfolio_id = total.portfolio_id AND status = 'running'
)
UPDATE portfolios AS portfolio SET
    current_balance = current_balance - total.spent,
    total_invested = total_invested + total.spent,
    total_profit_loss = total_profit_loss + total.value - total.spent,
    max_drawdown = greatest(
        max_drawdown, peak_equity - current_balance + total.spent - total_invested - total.value
    ),
    trade_count = trade_count + total.fills,
    last_trade_at = %(now)s, last_updated = %(now)s
FROM total
WHERE portfolio.portfolio_id = total.portfolio_id;

-- name: read_change
-- What the executions leave behind, to show that both contestants make the same change.
SELECT
    (SELECT md5(string_agg(concat_ws(' ', portfolio_id, trade_id, market_id, shares, cost_basis,
        entry_price, entry_bid), ',' ORDER BY portfolio_id, trade_id)) FROM portfolio_positions),
    (SELECT md5(string_agg(concat_ws(' ', portfolio_id, trade_id, amount, fee, status), ','
        ORDER BY portfolio_id, trade_id)) FROM trades),
    (SELECT md5(string_agg(concat_ws(' ', portfolio_id, current_balance, total_invested,
        total_profit_loss, trade_count), ',' ORDER BY portfolio_id)) FROM portfolios),
    (SELECT md5(string_agg(concat_ws(' ', portfolio_id, entry_no, amount, balance_after, source), ','
        ORDER BY portfolio_id, entry_no)) FROM cash_ledger),
    (SELECT md5(string_agg(concat_ws(' ', market_id, cost_basis), ',' ORDER BY market_id))
     FROM market_exposure),
    (SELECT cost_basis FROM capital_in_use),
    (SELECT md5(string_agg(concat_ws(' ', id, executed, trade_id), ',' ORDER BY id))
     FROM trading_signals),
    (SELECT md5(string_agg(concat_ws(' ', portfolio_id, cycle_id, trades, executed_at), ','
        ORDER BY portfolio_id, cycle_id))
     FROM cycle_portfolios);
