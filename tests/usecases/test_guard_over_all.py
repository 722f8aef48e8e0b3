"""The guard over all portfolios together, and pauses of all by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.errors import PortfolioConflict
from prescient.core.portfolio.guards import Guard, Reset
from prescient.core.portfolio.portfolios import PortfolioStatus
from prescient.store.status_changes import Order
from prescient.usecases import emergency, portfolio_management
from tests.builders import event
from tests.sequences.killing import killer_installed
from tests.usecases.guarded import (
    CHANGES,
    change,
    flow,
    invested,
    reactivate,
    status,
)
from tests.world import World, several


def watch_all(world: World, **limits: Any) -> None:
    world.context = replace(world.context, total_guard=Guard(**limits))


@pytest.mark.parametrize("limits", [{"limit": D(1000)}, {"limit_percent": D(3)}])
def test_the_guard_over_all_pauses_all_in_one_act(world: World, limits: dict[str, D]) -> None:
    watch_all(world, **limits)
    held, idle = invested(world), world.portfolio("idle")
    stopped = world.portfolio("stopped")
    change(world, stopped, status=PortfolioStatus.PAUSED, reason="before")
    world.update_prices()
    world.run_cycle()
    assert world.reprice("0.69", "0.70").paused == 2
    assert (status(world, held), status(world, idle)) == ("paused", "paused")
    pause = world.row("SELECT pause_id, ordered_by, reason FROM portfolio_pauses")
    assert pause["ordered_by"] is None
    assert pause["reason"].startswith("drawdown over all portfolios of ")
    assert [row["pause_id"] for row in world.rows(CHANGES, idle)] == [pause["pause_id"]]
    assert [row["pause_id"] for row in world.rows(CHANGES, stopped)] == [None]
    with pytest.raises(PortfolioConflict, match="drawdown over all portfolios"):
        reactivate(world, idle)
    with pytest.raises(PortfolioConflict, match="drawdown over all portfolios"):
        reactivate_all(world)
    assert reactivate_all(world, Reset.PEAK).portfolios == 2
    assert world.reprice("0.69", "0.70").paused == 0
    assert (status(world, idle), status(world, stopped)) == ("active", "paused")
    assert world.breaks() == []


def reactivate_all(
    world: World, resets: Reset = Reset.NOTHING, pause_id: int | None = None
) -> emergency.Reactivated:
    order = Order("someone", world.clock.now, resets)
    with world.context.database.transaction() as session:
        return emergency.reactivate_all(
            session, pause_id, "go on", world.context.total_guard, order
        )


def test_no_flow_sets_off_the_guard_over_all(world: World) -> None:
    """Deposits, withdrawals, portfolios that come and go, each with what it holds."""
    watch_all(world, limit_percent=D("3.60"), limit=D(400))
    world.update_prices()
    held, gone = invested(world), invested(world, "gone")
    world.update_prices()
    world.run_cycle()
    flow(world, held, "5000")
    world.reprice("0.765", "0.775")
    world.portfolio("another")
    for amount in ("-5000", "80000", "-70000"):
        world.clock.pass_time(minutes=5)
        flow(world, held, amount)
        assert world.update_prices().paused == 0
    portfolio_management.delete(world.context.database, gone, "gone", purge=True)
    assert world.update_prices().paused == 0


def test_a_warning_over_all_is_given_once(world: World) -> None:
    watch_all(world, limit=D(1000))
    invested(world)
    world.update_prices()
    world.run_cycle()
    assert [world.reprice(*at).warned for at in (("0.71", "0.72"),) * 2] == [1, 0]
    world.reprice("0.77", "0.78")
    assert world.reprice("0.71", "0.72").warned == 1


def pause_all(world: World, why: str = "halt") -> emergency.Paused:
    with world.context.database.transaction() as session:
        return emergency.pause_all(session, why, "someone", world.clock.now)


def test_only_what_a_pause_stopped_goes_on(world: World) -> None:
    world.exchange.events = [event(*several(2))]
    first, second, third = (world.portfolio(name) for name in "abc")
    change(world, first, status=PortfolioStatus.PAUSED, reason="mine")
    done = pause_all(world)
    assert done.portfolios == 2
    assert pause_all(world, "again").portfolios == 0
    reactivate(world, third)
    change(world, third, status=PortfolioStatus.PAUSED, reason="by hand")
    again = reactivate_all(world)
    assert (again.pause_id, again.portfolios, again.left) == (done.pause_id, 1, 0)
    assert [status(world, owner) for owner in (first, second, third)] == [
        "paused", "active", "paused",
    ]  # fmt: skip
    assert reactivate_all(world) == emergency.Reactivated(None, 0, 0, ())


def test_what_a_guard_would_stop_again_is_left_and_named(world: World) -> None:
    portfolio_id, other = invested(world, limit=D(1000)), world.portfolio("other")
    world.run_cycle()
    pause_all(world)
    assert world.reprice("0.60", "0.61").paused == 0, "it is paused already"
    again = reactivate_all(world)
    assert (again.portfolios, again.left) == (1, 1)
    assert again.first_left[0].portfolio_id == portfolio_id
    assert again.first_left[0].obstacle.startswith("drawdown of ")
    assert status(world, other) == "active"
    assert reactivate_all(world, Reset.PEAK).portfolios == 1


def test_a_running_cycle_buys_nothing_after_a_pause_of_all(world: World) -> None:
    portfolio_id = world.portfolio()
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    world.signal(cycle_id, portfolio_id)
    pause_all(world)
    world.execute(cycle_id, portfolio_id)
    assert world.rows("SELECT rejection FROM trading_signals") == [
        {"rejection": "portfolio_not_active"}
    ]


def test_a_pause_of_all_that_is_killed_stops_all_or_none(world: World) -> None:
    world.disconnect()
    with killer_installed() as killer:
        owners = [world.portfolio(name) for name in "abc"]
        statement = 0
        while killer.kills(lambda: pause_all(world), statement):
            assert {status(world, owner) for owner in owners} == {"active"}
            assert world.rows("SELECT FROM portfolio_pauses") == []
            statement += 1
        assert statement >= 3
    assert {status(world, owner) for owner in owners} == {"paused"}
