"""A database in which two portfolios did all that portfolios do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal as D
from typing import Any

from prescient.core.market.markets import Quote
from prescient.core.portfolio.cash import Transfer
from prescient.core.portfolio.guards import Guard
from prescient.core.portfolio.portfolios import Limits, PortfolioId
from prescient.store import guards
from prescient.store.status_changes import Order
from prescient.usecases import cash, emergency
from tests.builders import event
from tests.world import World, several

INHERITED_DAYS = """
INSERT INTO portfolio_history (
    portfolio_id, snapshot_date, timestamp, balance, total_invested, total_profit_loss,
    total_value, open_positions, trade_count, origin
)
SELECT portfolio_id, '2026-01-01', '2026-01-01 12:00+00', 10000, 0, 0, 10000, 0, 0, 'v1'
FROM portfolios RETURNING 1
"""
MISSING_DAYS = INHERITED_DAYS.replace("2026-01-01", "2026-01-02").replace("'v1'", "'live'")
BOOKS = """
INSERT INTO order_books (batch_id, market_id, outcome, fetched_at, bids, asks)
SELECT DISTINCT
    cycle.batch_id, trade.market_id, split_part(trade.action, '_', 2), cycle.decided_at,
    '[]'::jsonb, '[["0.79", "500"]]'::jsonb
FROM trades AS trade
JOIN trading_cycles AS cycle ON cycle.cycle_id = trade.cycle_id
ON CONFLICT DO NOTHING
RETURNING 1
"""
CONFIGURATION: dict[str, Any] = {
    "stop_loss_percentage": 0.1,
    "cooldown_hours": 0,
    "max_event_exposure": 5_000,
    "rebalance_threshold": 0.5,
}


@dataclass(frozen=True, slots=True)
class TwoPortfolios:
    """`mine` and `theirs` have signals waiting in the cycle `running`; `theirs` holds more markets.

    Both are admitted to the cycle `pending` too; the cycle `opened` has no portfolio yet.
    """

    mine: PortfolioId
    theirs: PortfolioId
    running: int
    pending: int
    opened: int


def trade(database_url: str) -> TwoPortfolios:
    """Fill a migrated database: bought, stopped out, valued, transferred; and about to go on.

    Each portfolio has a day of schema v1 too.
    """
    world = World(database_url)
    world.exchange.events = [event(*several(3))]
    theirs = world.portfolio("theirs", **CONFIGURATION)
    mine = world.portfolio("mine", limits=Limits(None, None, 2), **CONFIGURATION)
    world.rows(INHERITED_DAYS)
    world.rows(MISSING_DAYS)
    world.run_cycle()
    world.rows(BOOKS)
    world.rows("UPDATE trades SET evidence = 'book' RETURNING 1")
    _stop_out_of_first_market(world)
    _transfer(world, theirs, mine)
    _pause_and_reactivate_all(world)
    world.exchange.events = [event(*several(5))]
    running, pending = (_filtered(world) for _ in range(2))
    for portfolio_id in (mine, theirs):
        world.signal(running, portfolio_id)
    opened = world.open_cycle()
    world.rows("UPDATE portfolios SET drawdown_limit = 900, config_version = 2 RETURNING 1")
    world.rows("UPDATE portfolio_positions SET take_profit_bid = 0.01 RETURNING 1")  # all are due
    world.disconnect()
    return TwoPortfolios(mine, theirs, running, pending, opened)


def _stop_out_of_first_market(world: World) -> None:
    first, *others = several(3)
    fallen = replace(
        first, yes_price=D("0.51"), no_price=D("0.49"), quote=Quote(D("0.50"), D("0.52"))
    )
    world.exchange.events = [event(fallen, *others)]
    world.clock.pass_time(minutes=5)
    assert world.update_prices().exited == 2
    world.clock.pass_time(minutes=5)


def _transfer(world: World, theirs: PortfolioId, mine: PortfolioId) -> None:
    wanted = Transfer(from_id=theirs, to_id=mine, amount=D(50), key="once", reason="even")
    with world.context.database.transaction() as session:
        cash.transfer(session, wanted, world.clock.now)


def _pause_and_reactivate_all(world: World) -> None:
    guard, now = Guard(D(900_000)), world.clock.now
    with world.context.database.transaction() as session:
        guards.total(session, guard, now)
        emergency.pause_all(session, "a drill", "someone", now)
        emergency.reactivate_all(session, None, "it is over", guard, Order("someone", now))


def _filtered(world: World) -> int:
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    return cycle_id
