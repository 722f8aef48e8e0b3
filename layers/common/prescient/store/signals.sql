-- name: select_held
SELECT DISTINCT market_id FROM portfolio_positions
WHERE portfolio_id = %(portfolio_id)s AND status = 'open';

-- name: select_cooling
SELECT DISTINCT position.market_id
FROM position_exits AS stopped
JOIN portfolio_positions AS position
    ON position.portfolio_id = stopped.portfolio_id AND position.id = stopped.position_id
WHERE stopped.portfolio_id = %(portfolio_id)s AND stopped.kind = 'stop_loss'
    AND stopped.timestamp > %(since)s;

-- name: insert_signals
INSERT INTO trading_signals (
    portfolio_id, cycle_id, strategy_type, timestamp, market_id, market_question, action,
    target_price, amount, confidence, win_probability, reason, yes_price, no_price,
    market_liquidity, market_volume, event_id, event_title, event_end_date, group_id,
    config_version, code_version
) VALUES (
    %(portfolio_id)s, %(cycle_id)s, %(strategy_type)s, %(timestamp)s, %(market_id)s,
    %(market_question)s, %(action)s, %(target_price)s, %(amount)s, %(confidence)s,
    %(win_probability)s, %(reason)s, %(yes_price)s, %(no_price)s, %(market_liquidity)s,
    %(market_volume)s, %(event_id)s, %(event_title)s, %(event_end_date)s, %(group_id)s,
    %(config_version)s, %(code_version)s
)
ON CONFLICT ON CONSTRAINT trading_signals_decision_key DO NOTHING;
