-- name: select_held
-- Read a portfolio's open positions, each with the strategy whose signal bought it, and whether its
-- market id stands for another market in the batch.
SELECT
    position.market_id, position.event_id, position.action, coalesce(position.shares, 0) AS shares,
    position.cost_basis, position.entry_price, position.group_id, signal.strategy_type,
    (position.identity = seen.identity) IS FALSE AS identity_changed
FROM portfolio_positions AS position
LEFT JOIN market_snapshots AS seen
    ON seen.batch_id = %(batch_id)s AND seen.market_id = position.market_id
LEFT JOIN trading_signals AS signal
    ON signal.portfolio_id = position.portfolio_id AND signal.trade_id = position.trade_id
WHERE position.portfolio_id = %(portfolio_id)s AND position.status = 'open'
ORDER BY position.market_id, position.action;

-- name: select_exited_by_rule
-- Read when a portfolio last left each market by stop-loss or take-profit, after a given moment.
SELECT position.market_id, max(made.timestamp)
FROM position_exits AS made
JOIN portfolio_positions AS position
    ON position.portfolio_id = made.portfolio_id AND position.id = made.position_id
WHERE made.portfolio_id = %(portfolio_id)s AND made.kind IN ('stop_loss', 'take_profit')
    AND made.timestamp > %(since)s
GROUP BY position.market_id;

-- name: insert_signals
-- Store what a portfolio decided in a cycle; a decision that is there already stays as it is.
INSERT INTO trading_signals (
    portfolio_id, cycle_id, strategy_type, timestamp, market_id, market_question, action,
    target_price, amount, confidence, win_probability, reason, yes_price, no_price,
    market_liquidity, market_volume, event_id, event_title, event_end_date, group_id,
    shares, config_version, code_version
)
SELECT
    %(portfolio_id)s, %(cycle_id)s, %(strategy_type)s, %(timestamp)s, market_id, market_question,
    action, target_price, amount, confidence, win_probability, reason, yes_price, no_price,
    market_liquidity, market_volume, event_id, event_title, event_end_date, group_id, shares,
    %(config_version)s, %(code_version)s
FROM jsonb_to_recordset(%(signals)s) AS decided (
    market_id text, market_question text, action text, target_price numeric, amount numeric,
    confidence numeric, win_probability numeric, reason text, yes_price numeric, no_price numeric,
    market_liquidity numeric, market_volume numeric, event_id text, event_title text,
    event_end_date timestamptz, group_id text, shares numeric
)
ON CONFLICT ON CONSTRAINT trading_signals_decision_key DO NOTHING;
