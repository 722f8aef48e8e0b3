-- name: insert_portfolio
-- Create a portfolio, and keep the first version of its configuration.
WITH made AS (
    INSERT INTO portfolios (
        name, folded_name, description, strategy_type, initial_balance, current_balance,
        peak_equity, strategy_config, max_position_size, max_total_exposure, max_positions,
        drawdown_limit, drawdown_limit_percent, peak_profit, index_peak, peak_since, tags,
        twin_of, twin_key, changed_by, created_at, last_updated
    ) VALUES (
        %(name)s, %(folded_name)s, %(description)s, %(strategy_type)s, %(initial_balance)s,
        %(initial_balance)s, %(initial_balance)s, %(strategy_config)s, %(max_position_size)s,
        %(max_total_exposure)s, %(max_positions)s, %(drawdown_limit)s,
        %(drawdown_limit_percent)s, 0, %(initial_balance)s, %(now)s, %(tags)s::text[],
        %(twin_of)s::int, %(twin_key)s::text, %(ordered_by)s, %(now)s, %(now)s
    )
    RETURNING *
), kept AS (
    INSERT INTO portfolio_configurations (
        portfolio_id, version, created_at, ordered_by, reason, strategy_type, strategy_config,
        max_position_size, max_total_exposure, max_positions, drawdown_limit,
        drawdown_limit_percent
    )
    SELECT
        portfolio_id, config_version, %(now)s, %(ordered_by)s, %(reason)s::text, strategy_type,
        strategy_config, max_position_size, max_total_exposure, max_positions, drawdown_limit,
        drawdown_limit_percent
    FROM made
)
SELECT portfolio_id FROM made;

-- name: select_portfolio
-- Read a portfolio.
SELECT * FROM portfolio_overview WHERE portfolio_id = %(portfolio_id)s;

-- name: lock_portfolio
-- Lock a portfolio until the transaction ends.
SELECT portfolio_id FROM portfolios WHERE portfolio_id = %(portfolio_id)s FOR UPDATE;

-- name: select_portfolios
-- Read the portfolios of some statuses whose ids are within bounds; no limit is null.
SELECT * FROM portfolio_overview
WHERE status = ANY (%(statuses)s::text[])
    AND portfolio_id BETWEEN %(first_id)s AND %(last_id)s
ORDER BY portfolio_id
LIMIT %(limit)s;

-- name: select_first_active
-- Read the active portfolio that is the oldest.
SELECT portfolio_id FROM portfolios WHERE status = 'active' ORDER BY portfolio_id LIMIT 1;

-- name: update_portfolio
-- Store a portfolio's settings.
UPDATE portfolios SET
    name = %(name)s::text,
    folded_name = CASE
        WHEN name = %(name)s::text THEN folded_name ELSE %(folded_name)s
    END,
    description = %(description)s,
    status = %(status)s,
    status_reason = %(status_reason)s,
    strategy_type = %(strategy_type)s,
    strategy_config = %(strategy_config)s,
    config_version = %(config_version)s,
    max_position_size = %(max_position_size)s,
    max_total_exposure = %(max_total_exposure)s,
    max_positions = %(max_positions)s,
    drawdown_limit = %(drawdown_limit)s,
    drawdown_limit_percent = %(drawdown_limit_percent)s,
    tags = %(tags)s::text[],
    changed_by = %(changed_by)s,
    last_updated = %(now)s
WHERE portfolio_id = %(portfolio_id)s;

-- name: rewrite_totals
-- Bring totals, peak and drawdown in line with positions and marks. Only a price update says when
-- it marked them.
UPDATE portfolios SET
    total_invested = valuation.invested,
    total_profit_loss = valuation.total_profit_loss,
    value_at_bid = valuation.value_at_bid,
    open_positions = valuation.open_positions,
    peak_equity = valuation.peak_equity,
    max_drawdown = valuation.max_drawdown,
    peak_profit = greatest(portfolios.peak_profit, valuation.total_profit_loss),
    index_peak = greatest(portfolios.index_peak, valuation.equity),
    last_price_update = coalesce(%(marked_at)s, portfolios.last_price_update),
    last_updated = %(now)s
FROM portfolio_valuations AS valuation
WHERE portfolios.portfolio_id = ANY (%(portfolio_ids)s::int[])
    AND valuation.portfolio_id = portfolios.portfolio_id
    -- Few portfolios find their positions by an index. Where there are many, most positions are
    -- theirs, and to ask each of them would take longer than to value all.
    AND (
        cardinality(%(portfolio_ids)s::int[]) > 1000
        OR valuation.portfolio_id = ANY (%(portfolio_ids)s::int[])
    );

-- name: note_valuations
-- Note why portfolios could not be valued; those that could lose the note.
UPDATE portfolios SET valuation_error = noted.error
FROM (
    SELECT portfolio_id, failed.error
    FROM unnest(%(portfolio_ids)s::int[]) AS valued (portfolio_id)
    LEFT JOIN unnest(%(failed_ids)s::int[], %(errors)s::text[]) AS failed (portfolio_id, error)
        USING (portfolio_id)
) AS noted
WHERE portfolios.portfolio_id = noted.portfolio_id
    AND portfolios.valuation_error IS DISTINCT FROM noted.error;

-- name: shift_peaks
-- Move peaks along with deposits, withdrawals and transfers, which are neither gain nor drawdown.
UPDATE portfolios SET
    peak_equity = greatest(peak_equity + moved.amount, 0),
    -- As core.portfolio.guards.Standing.after_flow.
    index_peak = CASE
        WHEN total_value > moved.amount AND total_value > 0 THEN greatest(
            trunc(least(index_peak * total_value / (total_value - moved.amount), 1e27), 12),
            total_value
        )
        ELSE greatest(total_value, 0)
    END,
    last_updated = %(now)s
FROM (
    SELECT portfolio_id, sum(amount) AS amount
    FROM unnest(%(portfolio_ids)s::int[], %(amounts)s::numeric[]) AS given (portfolio_id, amount)
    GROUP BY portfolio_id
) AS moved
WHERE portfolios.portfolio_id = moved.portfolio_id;
