-- Give back the views and the columns of revision 0007.

SET LOCAL lock_timeout = '10s';

DROP VIEW open_markets, portfolio_valuations, position_valuations;

ALTER TABLE portfolio_positions
    DROP COLUMN condition_id,
    DROP COLUMN yes_token_id,
    DROP COLUMN no_token_id,
    DROP COLUMN identity,
    DROP COLUMN kept_mark,
    DROP COLUMN identity_changed_at;
ALTER TABLE market_prices DROP COLUMN identity, DROP COLUMN resolution_status;
ALTER TABLE market_hours DROP COLUMN identity;
ALTER TABLE market_snapshots DROP COLUMN identity;
ALTER TABLE markets DROP COLUMN identity;

CREATE VIEW position_valuations WITH (security_invoker = true) AS
SELECT
    position.portfolio_id,
    position.id AS position_id,
    position.cost_basis,
    priced.mark_price,
    priced.bid,
    coalesce(round(position.shares * priced.mark_price, 2), position.cost_basis) AS value,
    coalesce(trunc(position.shares * priced.bid, 2), 0) AS value_at_bid,
    round(position.shares * priced.mark_price, 2) - position.cost_basis AS current_pnl,
    position.market_id,
    position.action,
    position.shares,
    position.stop_loss_bid,
    position.take_profit_bid,
    price.yes_payout,
    coalesce(price.accepting_orders AND NOT price.closed, false) AS tradable
FROM portfolio_positions AS position
LEFT JOIN market_prices AS price ON price.market_id = position.market_id
CROSS JOIN LATERAL (
    SELECT
        CASE position.action WHEN 'buy_yes' THEN price.mark ELSE 1 - price.mark END AS mark_price,
        coalesce(
            CASE position.action WHEN 'buy_yes' THEN price.best_bid ELSE 1 - price.best_ask END, 0
        ) AS bid
) AS priced
WHERE position.status = 'open';

CREATE VIEW portfolio_valuations WITH (security_invoker = true) AS
SELECT
    held.portfolio_id,
    held.invested,
    held.value,
    held.value_at_bid,
    held.value - held.invested AS unrealized_pnl,
    portfolio.realized_pnl + held.value - held.invested AS total_profit_loss,
    portfolio.current_balance + held.value AS equity,
    portfolio.current_balance + held.value_at_bid AS equity_at_bid,
    greatest(portfolio.peak_equity, portfolio.current_balance + held.value) AS peak_equity,
    greatest(
        portfolio.max_drawdown, portfolio.peak_equity - portfolio.current_balance - held.value
    ) AS max_drawdown,
    held.open_positions
FROM (
    SELECT
        portfolio_id, sum(cost_basis) AS invested, sum(value) AS value,
        sum(value_at_bid) AS value_at_bid, count(position_id)::int AS open_positions
    FROM (
        SELECT portfolio_id, position_id, cost_basis, value, value_at_bid FROM position_valuations
        UNION ALL
        -- A portfolio without positions is valued too. An outer join would be slower over all
        -- portfolios, or read the positions of all for a few.
        SELECT
            portfolio_id, NULL::bigint AS position_id, 0::numeric AS cost_basis,
            0::numeric AS value, 0::numeric AS value_at_bid
        FROM portfolios
    ) AS part
    GROUP BY portfolio_id
) AS held
JOIN portfolios AS portfolio ON portfolio.portfolio_id = held.portfolio_id;

CREATE VIEW open_markets WITH (security_invoker = true) AS
SELECT
    snapshot.batch_id,
    snapshot.market_id,
    snapshot.listed,
    snapshot.yes_price,
    snapshot.no_price,
    snapshot.best_bid,
    snapshot.best_ask,
    snapshot.mark,
    snapshot.liquidity,
    snapshot.volume,
    snapshot.one_day_price_change,
    snapshot.market_conviction,
    market.event_id,
    market.event_title,
    market.event_end_date,
    market.question,
    market.end_date,
    market.yes_token_id,
    market.no_token_id,
    market.fee_rate,
    market.fee_exponent,
    market.tick_size,
    market.neg_risk,
    coalesce(event.tags, '{}') AS tags
FROM market_snapshots AS snapshot
JOIN markets AS market ON market.market_id = snapshot.market_id
LEFT JOIN events AS event ON event.event_id = market.event_id
WHERE NOT snapshot.closed AND snapshot.accepting_orders
    AND snapshot.yes_price IS NOT NULL AND snapshot.no_price IS NOT NULL
    AND snapshot.mark IS NOT NULL;

GRANT SELECT ON open_markets TO prescient_app, prescient_portfolio;
GRANT SELECT ON position_valuations, portfolio_valuations TO prescient_app, prescient_portfolio;
