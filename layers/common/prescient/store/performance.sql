-- name: select_changed
-- Read the portfolios whose metrics are older than their newest equity point or their totals.
SELECT portfolio.portfolio_id
FROM portfolios AS portfolio
LEFT JOIN portfolio_performance_cache AS known ON known.portfolio_id = portfolio.portfolio_id
LEFT JOIN LATERAL (
    SELECT max(point.timestamp) AS timestamp FROM portfolio_equity AS point
    WHERE point.portfolio_id = portfolio.portfolio_id
) AS newest ON true
WHERE known.calculated_at IS NULL OR known.attribution IS NULL
    OR known.calculated_at < greatest(newest.timestamp, portfolio.last_updated)
ORDER BY portfolio.portfolio_id;

-- name: select_series
-- Read what daily returns are chained over: each portfolio's first point, its days, and its flows, up
-- to a day. A flow is a step of its own, on the equity right before it, since prices may move at its
-- moment too. Numbers leave as bytes, eight each, since there are many of them: days since the year
-- 1, and cents.
WITH point AS (
    SELECT
        portfolio_id, snapshot_date AS day, timestamp, 2147483647 AS entry_no, 1 AS step,
        total_value AS equity, total_value - total_profit_loss AS paid_in, total_invested
    FROM portfolio_history
    WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]) AND origin = 'live'
        AND snapshot_date <= %(last_day)s
    UNION ALL
    SELECT
        after.portfolio_id, (after.timestamp AT TIME ZONE 'UTC')::date, after.timestamp,
        after.entry_no, passed.step, passed.equity, passed.equity - passed.profit,
        after.total_invested
    FROM portfolio_equity AS after
    CROSS JOIN LATERAL (
        SELECT own.equity, own.total_profit_loss FROM portfolio_equity AS own
        WHERE own.portfolio_id = after.portfolio_id
            AND (own.timestamp, own.entry_no) < (after.timestamp, after.entry_no)
        ORDER BY own.timestamp DESC, own.entry_no DESC
        LIMIT 1
    ) AS before
    CROSS JOIN LATERAL (
        VALUES
            (0, before.equity + after.flow, before.total_profit_loss),
            (1, after.equity, after.total_profit_loss)
    ) AS passed (step, equity, profit)
    WHERE after.portfolio_id = ANY (%(portfolio_ids)s::int[]) AND after.flow <> 0
        AND after.timestamp < (%(last_day)s::date + 1)::timestamp AT TIME ZONE 'UTC'
    UNION ALL
    SELECT
        beginning.portfolio_id, (beginning.timestamp AT TIME ZONE 'UTC')::date,
        beginning.timestamp, beginning.entry_no, 1, beginning.equity,
        beginning.equity - beginning.total_profit_loss, beginning.total_invested
    FROM unnest(%(portfolio_ids)s::int[]) AS owner (portfolio_id)
    CROSS JOIN LATERAL (
        SELECT * FROM portfolio_equity AS own
        WHERE own.portfolio_id = owner.portfolio_id
        ORDER BY own.timestamp, own.entry_no
        LIMIT 1
    ) AS beginning
    WHERE beginning.timestamp < (%(last_day)s::date + 1)::timestamp AT TIME ZONE 'UTC'
), placed AS (
    SELECT
        portfolio_id, day - DATE '0001-01-01' + 1 AS day, equity, total_invested,
        row_number() OVER own AS place,
        paid_in - lag(paid_in, 1, paid_in) OVER own AS flow
    FROM point
    WINDOW own AS (
        PARTITION BY portfolio_id ORDER BY day, timestamp, entry_no, step
    )
)
SELECT
    portfolio_id,
    string_agg(int8send(day), ''::bytea ORDER BY place) AS days,
    string_agg(int8send((equity * 100)::bigint), ''::bytea ORDER BY place) AS equity,
    string_agg(int8send((flow * 100)::bigint), ''::bytea ORDER BY place) AS flows,
    string_agg(int8send((total_invested * 100)::bigint), ''::bytea ORDER BY place) AS invested
FROM placed
GROUP BY portfolio_id
ORDER BY portfolio_id;

-- name: select_closed
-- Read the P&L (cents) and the seconds of holding of closed positions, in the order of closing, as
-- bytes, eight each.
SELECT
    portfolio_id,
    string_agg(int8send((realized_pnl * 100)::bigint), ''::bytea ORDER BY exit_timestamp, id)
        AS pnl,
    string_agg(
        float8send(extract(epoch FROM exit_timestamp - entry_timestamp)::float8), ''::bytea
        ORDER BY exit_timestamp, id
    ) AS held
FROM portfolio_positions
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[]) AND status = 'closed'
    AND exit_timestamp IS NOT NULL AND realized_pnl IS NOT NULL
GROUP BY portfolio_id
ORDER BY portfolio_id;

-- name: select_traded
-- Read what portfolios bought and sold, and what that cost them, in dollars.
SELECT
    portfolio_id, sum(bought) AS bought, sum(sold) AS sold, sum(fee) AS fees,
    round(sum(slippage), 2) AS slippage
FROM (
    SELECT
        portfolio_id, amount AS bought, 0 AS sold, fee,
        coalesce(shares * (entry_price - target_price), 0) AS slippage
    FROM trades WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
    UNION ALL
    SELECT portfolio_id, 0, proceeds, fee, 0
    FROM position_exits WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
) AS traded
GROUP BY portfolio_id
ORDER BY portfolio_id;

-- name: select_forecasts
-- Read the probabilities of executed signals whose market resolved, as the market that was bought.
SELECT
    signal.portfolio_id, coalesce(position.event_id, position.market_id) AS event_id,
    signal.win_probability::float8 AS probability, position.entry_price::float8 AS price,
    known.yes_payout = CASE position.action WHEN 'buy_yes' THEN 1 ELSE 0 END AS won
FROM trading_signals AS signal
JOIN portfolio_positions AS position
    ON position.portfolio_id = signal.portfolio_id AND position.trade_id = signal.trade_id
LEFT JOIN market_prices AS price ON price.market_id = position.market_id
LEFT JOIN market_outcomes AS outcome ON outcome.market_id = position.market_id
CROSS JOIN LATERAL (
    SELECT coalesce(price.yes_payout, outcome.yes_payout) AS yes_payout
    WHERE (price.identity = position.identity) IS NOT FALSE
) AS known
WHERE signal.portfolio_id = ANY (%(portfolio_ids)s::int[]) AND signal.executed
    AND signal.win_probability IS NOT NULL AND known.yes_payout IN (0, 1)
ORDER BY signal.portfolio_id, signal.id;

-- name: select_results
-- Read the P&L of each exit, and of what open positions still hold at their marks.
WITH result AS (
    SELECT
        made.portfolio_id, made.position_id, made.kind AS exit_kind,
        made.evidence AS exit_evidence, made.realized_pnl AS pnl
    FROM position_exits AS made
    WHERE made.portfolio_id = ANY (%(portfolio_ids)s::int[])
    UNION ALL
    SELECT portfolio_id, position_id, NULL, NULL, coalesce(current_pnl, 0)
    FROM position_valuations
    WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
)
SELECT
    result.portfolio_id, position.market_id, position.event_id,
    coalesce(market.question, position.market_question) AS market_name,
    event.title AS event_name, coalesce(event.tags, '{}') AS tags,
    coalesce(signal.strategy_type, portfolio.strategy_type) AS strategy, result.exit_kind,
    position.evidence AS entry_evidence, result.exit_evidence, result.pnl
FROM result
JOIN portfolio_positions AS position
    ON position.portfolio_id = result.portfolio_id AND position.id = result.position_id
JOIN portfolios AS portfolio ON portfolio.portfolio_id = result.portfolio_id
LEFT JOIN markets AS market ON market.market_id = position.market_id
LEFT JOIN events AS event ON event.event_id = position.event_id
LEFT JOIN trading_signals AS signal
    ON signal.portfolio_id = position.portfolio_id AND signal.trade_id = position.trade_id
ORDER BY result.portfolio_id;

-- name: save
-- Store the metrics of portfolios.
INSERT INTO portfolio_performance_cache (
    portfolio_id, calculated_at, last_day, days, sharpe_ratio, sortino_ratio, calmar_ratio,
    volatility, annual_return, win_rate, avg_win, avg_loss, expectancy, profit_factor,
    max_consecutive_wins, max_consecutive_losses, current_run, closed_positions,
    average_holding_seconds, turnover, exposure, fees, slippage, return_1d, return_7d, return_30d,
    return_all_time, present_drawdown, days_since_peak, max_drawdown, max_drawdown_amount,
    max_drawdown_peak_on, max_drawdown_trough_on, max_drawdown_recovered_on, days_under_water,
    reasons, calibration, attribution
)
SELECT
    given.portfolio_id, %(now)s, %(last_day)s, given.days, given.sharpe_ratio,
    given.sortino_ratio, given.calmar_ratio, given.volatility, given.annual_return,
    given.win_rate, given.avg_win, given.avg_loss, given.expectancy, given.profit_factor,
    given.max_consecutive_wins, given.max_consecutive_losses, given.current_run,
    given.closed_positions, given.average_holding_seconds, given.turnover, given.exposure,
    given.fees, given.slippage, given.return_1d, given.return_7d, given.return_30d,
    given.return_all_time, given.present_drawdown, given.days_since_peak, given.max_drawdown,
    given.max_drawdown_amount, given.max_drawdown_peak_on, given.max_drawdown_trough_on,
    given.max_drawdown_recovered_on, given.days_under_water, given.reasons, given.calibration,
    given.attribution
FROM jsonb_populate_recordset(NULL::portfolio_performance_cache, %(metrics)s) AS given
JOIN portfolios AS portfolio ON portfolio.portfolio_id = given.portfolio_id
ON CONFLICT (portfolio_id) DO UPDATE SET
    calculated_at = excluded.calculated_at, last_day = excluded.last_day, days = excluded.days,
    sharpe_ratio = excluded.sharpe_ratio, sortino_ratio = excluded.sortino_ratio,
    calmar_ratio = excluded.calmar_ratio, volatility = excluded.volatility,
    annual_return = excluded.annual_return, win_rate = excluded.win_rate,
    avg_win = excluded.avg_win, avg_loss = excluded.avg_loss, expectancy = excluded.expectancy,
    profit_factor = excluded.profit_factor,
    max_consecutive_wins = excluded.max_consecutive_wins,
    max_consecutive_losses = excluded.max_consecutive_losses, current_run = excluded.current_run,
    closed_positions = excluded.closed_positions,
    average_holding_seconds = excluded.average_holding_seconds, turnover = excluded.turnover,
    exposure = excluded.exposure, fees = excluded.fees, slippage = excluded.slippage,
    return_1d = excluded.return_1d, return_7d = excluded.return_7d,
    return_30d = excluded.return_30d, return_all_time = excluded.return_all_time,
    present_drawdown = excluded.present_drawdown, days_since_peak = excluded.days_since_peak,
    max_drawdown = excluded.max_drawdown, max_drawdown_amount = excluded.max_drawdown_amount,
    max_drawdown_peak_on = excluded.max_drawdown_peak_on,
    max_drawdown_trough_on = excluded.max_drawdown_trough_on,
    max_drawdown_recovered_on = excluded.max_drawdown_recovered_on,
    days_under_water = excluded.days_under_water, reasons = excluded.reasons,
    calibration = excluded.calibration, attribution = excluded.attribution
WHERE excluded.calculated_at >= portfolio_performance_cache.calculated_at;

-- name: select_metrics
-- Read the metrics of a portfolio.
SELECT * FROM portfolio_performance_cache WHERE portfolio_id = %(portfolio_id)s;

-- name: select_sharpe_ratios
-- Read the Sharpe ratios of all portfolios that were ever tried.
SELECT sharpe_ratio FROM portfolio_performance_cache
WHERE sharpe_ratio IS NOT NULL
ORDER BY portfolio_id;

-- name: select_compared
-- Read the names of portfolios that are compared, and whose twins they are.
SELECT portfolio_id, name, twin_of, twin_key FROM portfolios
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
ORDER BY portfolio_id;

-- name: select_benchmark
-- Read the benchmark: of those that buy at random the one that began first.
SELECT portfolio_id FROM portfolios
WHERE strategy_type = 'random'
ORDER BY created_at, portfolio_id
LIMIT 1;

-- name: select_event_profits
-- Read the P&L by event of portfolios: what exits within some days made, and what is still held.
SELECT result.portfolio_id, coalesce(position.event_id, position.market_id), sum(result.pnl)
FROM (
    SELECT portfolio_id, position_id, realized_pnl AS pnl FROM position_exits
    WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
        AND timestamp >= (%(first_day)s::date)::timestamp AT TIME ZONE 'UTC'
        AND timestamp < (%(last_day)s::date + 1)::timestamp AT TIME ZONE 'UTC'
    UNION ALL
    SELECT portfolio_id, position_id, coalesce(current_pnl, 0) FROM position_valuations
    WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
) AS result
JOIN portfolio_positions AS position
    ON position.portfolio_id = result.portfolio_id AND position.id = result.position_id
GROUP BY 1, 2
ORDER BY 1, 2;

-- name: select_held_sides
-- Read which outcomes portfolios ever held.
SELECT DISTINCT portfolio_id, market_id, action FROM portfolio_positions
WHERE portfolio_id = ANY (%(portfolio_ids)s::int[])
ORDER BY portfolio_id, market_id, action;

-- name: select_purchases
-- Read what portfolios together wanted of an outcome in a cycle, newest first, and its asks. A
-- trade's budget is its signal's: a thin book filled less.
SELECT wished.wanted, wished.target_price, wished.max_slippage, book.asks::text AS asks
FROM (
    SELECT
        made.cycle_id, made.market_id, made.action,
        sum(greatest(made.amount, signal.amount)) AS wanted,
        max(made.target_price) AS target_price,
        max(coalesce((ran.strategy_config ->> 'max_slippage')::numeric, %(max_slippage)s))
            AS max_slippage
    FROM trades AS made
    LEFT JOIN trading_signals AS signal
        ON signal.portfolio_id = made.portfolio_id AND signal.trade_id = made.trade_id
    LEFT JOIN cycle_portfolios AS ran
        ON ran.portfolio_id = made.portfolio_id AND ran.cycle_id = made.cycle_id
    WHERE made.portfolio_id = ANY (%(portfolio_ids)s::int[]) AND made.evidence = 'book'
        AND made.timestamp < (%(last_day)s::date + 1)::timestamp AT TIME ZONE 'UTC'
    GROUP BY made.cycle_id, made.market_id, made.action
) AS wished
JOIN trading_cycles AS cycle ON cycle.cycle_id = wished.cycle_id
JOIN order_books AS book
    ON book.batch_id = cycle.batch_id AND book.market_id = wished.market_id
    AND book.outcome = split_part(wished.action, '_', 2)
ORDER BY wished.cycle_id DESC, wished.market_id, wished.action
LIMIT %(limit)s;
