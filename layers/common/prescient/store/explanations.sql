-- name: select_part
-- Read a portfolio's newest part of a cycle, with the strategy that it had then.
SELECT
    part.cycle_id, part.status, part.reason, part.funnel, part.strategy_config, part.limits,
    coalesce(
        (
            SELECT kept.strategy_type FROM portfolio_configurations AS kept
            WHERE kept.portfolio_id = part.portfolio_id
                AND kept.created_at <= coalesce(cycle.decided_at, cycle.started_at)
            ORDER BY kept.version DESC
            LIMIT 1
        ),
        portfolio.strategy_type
    ) AS strategy_type
FROM cycle_portfolios AS part
JOIN trading_cycles AS cycle USING (cycle_id)
JOIN portfolios AS portfolio USING (portfolio_id)
WHERE part.portfolio_id = %(portfolio_id)s
ORDER BY part.cycle_id DESC
LIMIT 1;

-- name: select_seen
-- Read what a batch shows of a market; no row where the batch's tape is gone.
SELECT
    seen.market_id IS NOT NULL AND seen.listed AS is_listed,
    seen.accepting_orders AND NOT seen.closed
        AND num_nulls(seen.yes_price, seen.no_price, seen.mark) = 0 AS is_tradable,
    coalesce(seen.liquidity, 0) AS liquidity, coalesce(seen.volume, 0) AS volume,
    seen.market_conviction AS conviction
FROM market_batches AS batch
LEFT JOIN market_snapshots AS seen
    ON seen.batch_id = batch.batch_id AND seen.market_id = %(market_id)s
WHERE batch.batch_id = %(batch_id)s AND batch.trimmed_at IS NULL;

-- name: select_standing
-- Read a portfolio's cash and equity as they were when a cycle decided.
SELECT balance, equity FROM portfolio_equity
WHERE portfolio_id = %(portfolio_id)s AND timestamp <= %(at)s
ORDER BY timestamp DESC, entry_no DESC
LIMIT 1;

-- name: select_held
-- Read what a portfolio held when a cycle decided: without what the cycle itself bought.
SELECT
    position.market_id, position.event_id, position.action,
    coalesce(position.bought_shares, 0) - coalesce(sold.shares, 0) AS shares,
    position.amount + position.fee - coalesce(sold.cost_basis, 0) AS cost_basis,
    position.entry_price, position.group_id
FROM portfolio_positions AS position
LEFT JOIN trades AS trade
    ON trade.portfolio_id = position.portfolio_id AND trade.trade_id = position.trade_id
LEFT JOIN LATERAL (
    SELECT sum(made.shares) AS shares, sum(made.cost_basis) AS cost_basis
    FROM position_exits AS made
    WHERE made.portfolio_id = position.portfolio_id AND made.position_id = position.id
        AND made.timestamp <= %(at)s
) AS sold ON true
WHERE position.portfolio_id = %(portfolio_id)s AND position.entry_timestamp <= %(at)s
    AND (position.status = 'open' OR position.exit_timestamp > %(at)s)
    AND trade.cycle_id IS DISTINCT FROM %(cycle_id)s
ORDER BY position.market_id, position.action;

-- name: select_exited_by_rule
-- Read when a portfolio last left each market by stop-loss or take-profit, as a cycle saw it.
SELECT position.market_id, max(made.timestamp)
FROM position_exits AS made
JOIN portfolio_positions AS position
    ON position.portfolio_id = made.portfolio_id AND position.id = made.position_id
WHERE made.portfolio_id = %(portfolio_id)s AND made.kind IN ('stop_loss', 'take_profit')
    AND made.timestamp > %(since)s AND made.timestamp <= %(at)s
GROUP BY position.market_id;
