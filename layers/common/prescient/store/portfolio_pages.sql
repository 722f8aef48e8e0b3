-- part: listed
-- What readers see of portfolios, with their P&L at the last midnight.
SELECT
    overview.portfolio_id, overview.name, overview.description, overview.strategy_type,
    overview.status, overview.status_reason, overview.strategy_config, overview.config_version,
    overview.initial_balance, overview.current_balance, overview.total_invested,
    overview.total_profit_loss, overview.realized_pnl, overview.total_value,
    overview.open_positions, overview.trade_count, overview.max_position_size,
    overview.max_total_exposure, overview.max_positions, overview.total_trades_executed,
    overview.total_winning_trades, overview.total_losing_trades, overview.avg_trade_pnl,
    overview.max_drawdown, overview.drawdown_limit, overview.drawdown_limit_percent,
    overview.drawdown_warned_at, overview.peak_profit, overview.index_peak, overview.peak_since,
    overview.last_trade_at, overview.last_price_update, overview.valuation_error, overview.tags,
    overview.twin_of, overview.twin_key, overview.created_at, overview.last_updated,
    overview.created_at >= %(today)s::timestamptz AS began_today,
    midnight.total_profit_loss AS profit_at_midnight
FROM portfolio_overview AS overview
LEFT JOIN LATERAL (
    SELECT day.total_profit_loss FROM portfolio_history AS day
    WHERE day.portfolio_id = overview.portfolio_id AND day.snapshot_date < %(today)s
        AND day.origin = 'live'
    ORDER BY day.snapshot_date DESC
    LIMIT 1
) AS midnight ON true

-- part: wanted
-- Whether a portfolio is one that a reader wants.
status = ANY (%(statuses)s::text[])
    AND (%(strategy_type)s::text IS NULL OR strategy_type = %(strategy_type)s)
    AND (%(tag)s::text IS NULL OR tags @> ARRAY[%(tag)s::text])

-- name: select_listed
-- Read a portfolio.
{listed}
WHERE overview.portfolio_id = %(portfolio_id)s;

-- name: select_ascending
-- Read a page of the portfolios that a reader wants, by id: the oldest first.
{listed}
WHERE portfolio_id > coalesce(%(after_number)s, 0) AND {wanted}
ORDER BY portfolio_id
LIMIT %(limit)s;

-- name: select_descending
-- Read a page of the portfolios that a reader wants, by id: the newest first.
{listed}
WHERE portfolio_id < coalesce(%(after_number)s, 2147483648) AND {wanted}
ORDER BY portfolio_id DESC
LIMIT %(limit)s;

-- name: select_by_name
-- Read a page of the portfolios that a reader wants, by name; none after a portfolio that is gone.
{listed}
WHERE {wanted} AND name > CASE
    WHEN %(after_number)s::bigint IS NULL THEN ''
    ELSE (SELECT name FROM portfolios WHERE portfolio_id = %(after_number)s)
END
ORDER BY name
LIMIT %(limit)s;

-- name: select_by_rank
-- Read a page of the portfolios that a reader wants, the highest equity or P&L first; none after a
-- portfolio that is gone. Both move with every price, so no index orders by them: it reads every
-- portfolio's totals.
WITH ranked AS (
    SELECT
        portfolio_id,
        CASE %(sort)s WHEN 'total_value' THEN total_value ELSE total_profit_loss END AS rank
    FROM portfolios
    WHERE {wanted}
), last AS (
    SELECT CASE %(sort)s WHEN 'total_value' THEN total_value ELSE total_profit_loss END AS rank
    FROM portfolios WHERE portfolio_id = %(after_number)s
), page AS (
    SELECT portfolio_id, rank FROM ranked
    WHERE %(after_number)s::bigint IS NULL
        OR rank < (SELECT rank FROM last)
        OR (rank = (SELECT rank FROM last) AND portfolio_id > %(after_number)s)
    ORDER BY rank DESC, portfolio_id
    LIMIT %(limit)s
)
{listed}
JOIN page ON page.portfolio_id = overview.portfolio_id
ORDER BY page.rank DESC, page.portfolio_id;

-- name: sum_up
-- Sum up the portfolios that a reader wants.
SELECT
    count(*)::int AS portfolios, count(*) FILTER (WHERE status = 'active')::int AS active,
    coalesce(sum(total_value), 0) AS total_value,
    coalesce(sum(open_positions), 0)::int AS open_positions
FROM portfolios
WHERE {wanted};
