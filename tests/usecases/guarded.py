"""Portfolios under guards: their limits, flows and statuses."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any, cast

from prescient.core.portfolio.guards import Reset
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.usecases import cash, portfolio_management
from prescient.usecases.portfolio_management import GuardChange, PortfolioChange
from tests.world import World

CHANGES = """
    SELECT from_status, to_status, reason, ordered_by, resets, pause_id
    FROM portfolio_status_changes WHERE portfolio_id = %s ORDER BY change_id"""


def guard(world: World, portfolio_id: PortfolioId, **limits: Any) -> None:
    change(world, portfolio_id, guard=cast(GuardChange, limits))


def change(world: World, portfolio_id: PortfolioId, **wanted: Any) -> None:
    with world.context.database.transaction() as session:
        portfolio_management.change(
            session,
            portfolio_id,
            PortfolioChange(**wanted),
            world.hand_order(),
            total_guard=world.context.total_guard,
        )


def flow(world: World, portfolio_id: PortfolioId, amount: str) -> None:
    key = f"{world.clock.now}{amount}"
    with world.context.database.transaction() as session:
        if D(amount) > 0:
            cash.deposit(session, portfolio_id, D(amount), key, world.clock.now)
        else:
            cash.withdraw(session, portfolio_id, -D(amount), key, world.clock.now)


def invested(world: World, name: str = "one", /, **limits: D) -> PortfolioId:
    """A portfolio that holds $9,900 of one market at 0.78, marked at 0.775."""
    world.exchange.show(liquidity=D(10_000_000))  # of which a fill without a book takes 1%
    portfolio_id = world.portfolio(name, trade_amount=9900)
    if limits:
        guard(world, portfolio_id, **limits)
    return portfolio_id


def status(world: World, portfolio_id: PortfolioId) -> PortfolioStatus:
    return world.state(portfolio_id).status


def quote_of(world: World) -> Any:
    return world.exchange.events[0].markets[0].quote


def reactivate(world: World, portfolio_id: PortfolioId, resets: Reset = Reset.NOTHING) -> None:
    change(world, portfolio_id, status=PortfolioStatus.ACTIVE, reason="go on", resets=resets)
