"""Equity points around flows, one row of history a day, and what is left of older points."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.errors import PortfolioConflict
from prescient.core.portfolio.cash import Transfer
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.usecases import cash, maintenance
from prescient.usecases.history import HistoryResult
from prescient.usecases.maintenance import MaintenanceRequest, Task
from tests.builders import NOON
from tests.sequences.killing import killer_installed
from tests.world import World

POINTS = """
SELECT timestamp - %s AS age, entry_no, equity, flow FROM portfolio_equity
WHERE portfolio_id = %s ORDER BY timestamp, entry_no
"""
DAYS = """
SELECT snapshot_date, timestamp, total_value FROM portfolio_history
WHERE portfolio_id = %s ORDER BY snapshot_date
"""
NOW = timedelta(0)


def points(world: World, portfolio_id: int) -> list[tuple[timedelta, int, D, D]]:
    rows = world.rows(POINTS, NOON, portfolio_id)
    return [(row["age"], row["entry_no"], row["equity"], row["flow"]) for row in rows]


def days(world: World, portfolio_id: int) -> list[tuple[date, datetime, D]]:
    rows = world.rows(DAYS, portfolio_id)
    return [(row["snapshot_date"], row["timestamp"], row["total_value"]) for row in rows]


def deposit(world: World, portfolio_id: PortfolioId, amount: str, key: str = "key") -> None:
    with world.context.database.transaction() as session:
        cash.deposit(session, portfolio_id, D(amount), key, world.clock.now)


def run(world: World) -> HistoryResult:
    request = MaintenanceRequest(tasks=frozenset({Task.HISTORY}))
    done = maintenance.run(request, world.context).history
    assert done is not None
    return done


def test_a_portfolio_begins_with_its_balance(world: World) -> None:
    portfolio_id = world.portfolio()
    assert points(world, portfolio_id) == [(NOW, 0, D(10000), D(0))]
    assert days(world, portfolio_id) == [(NOON.date(), NOON, D(10000))]
    assert world.breaks() == []


def test_a_point_stands_before_and_after_each_flow(world: World) -> None:
    """Also where the clock stands still, as it does in a simulation."""
    portfolio_id = world.portfolio()
    world.run_cycle()
    hour = timedelta(hours=1)
    world.clock.pass_time(hours=1)
    deposit(world, portfolio_id, "500", "one")
    deposit(world, portfolio_id, "250.50", "two")
    deposit(world, portfolio_id, "500", "one")
    assert points(world, portfolio_id)[2:] == [
        (hour, 1, D("9999.36"), D(0)),
        (hour, 2, D("10499.36"), D(500)),
        (hour, 3, D("10749.86"), D("250.50")),
    ]
    assert days(world, portfolio_id) == [(NOON.date(), world.clock.now, D("10749.86"))]
    assert world.breaks() == []


def test_a_transfer_has_points_in_both_portfolios(world: World) -> None:
    giver, taker = world.portfolio("giver"), world.portfolio("taker")
    world.clock.pass_time(minutes=1)
    wanted = Transfer(from_id=giver, to_id=taker, amount=D(300), key="k", reason=None)
    with world.context.database.transaction() as session:
        cash.transfer(session, wanted, world.clock.now)
    minute = timedelta(minutes=1)
    assert points(world, giver)[1:] == [(minute, 0, D(10000), D(0)), (minute, 1, D(9700), D(-300))]
    assert points(world, taker)[1:] == [(minute, 0, D(10000), D(0)), (minute, 1, D(10300), D(300))]
    assert world.breaks() == []


def test_a_refused_flow_leaves_no_point(world: World) -> None:
    portfolio_id = world.portfolio()
    before = points(world, portfolio_id)
    world.clock.pass_time(minutes=1)
    with (
        pytest.raises(PortfolioConflict, match="in cash"),
        world.context.database.transaction() as session,
    ):
        cash.withdraw(session, portfolio_id, D(10001), "key", world.clock.now)
    assert points(world, portfolio_id) == before


def test_price_updates_and_cycles_at_one_instant_leave_the_last_of_them(world: World) -> None:
    portfolio_id = world.portfolio()
    world.run_cycle()
    world.reprice("0.79", "0.80")
    told = points(world, portfolio_id)
    world.exchange.show(yes_price=D("0.905"), no_price=D("0.095"))
    world.run_cycle()
    [(_, entry_no, equity, _)] = points(world, portfolio_id)[len(told) - 1 :]
    assert (entry_no, equity) == (1, world.state(portfolio_id).total_value)
    assert world.breaks() == []


def test_days_without_a_point_get_the_one_before(world: World) -> None:
    portfolio_id = world.portfolio()
    world.run_cycle()
    moment = world.clock.now
    world.clock.pass_time(days=3)
    world.reprice("0.79", "0.80")
    first = NOON.date()
    assert days(world, portfolio_id) == [
        (first, moment, D("9999.36")),
        (first + timedelta(days=1), moment, D("9999.36")),
        (first + timedelta(days=2), moment, D("9999.36")),
        (first + timedelta(days=3), world.clock.now, D("10001.92")),
    ]
    assert world.breaks() == []


def test_a_day_is_its_last_point_before_midnight_in_utc(world: World) -> None:
    portfolio_id = world.portfolio()
    world.clock.now = NOON.replace(hour=23, minute=50)
    world.run_cycle()
    world.reprice("0.79", "0.80")
    last = world.clock.now
    world.reprice("0.80", "0.81")
    assert days(world, portfolio_id) == [
        (NOON.date(), last, D("10001.92")),
        (NOON.date() + timedelta(days=1), last + timedelta(minutes=5), D("10003.20")),
    ]


def test_a_point_that_comes_late_replaces_no_later_one(world: World) -> None:
    portfolio_id = world.portfolio()
    world.clock.pass_time(hours=2)
    deposit(world, portfolio_id, "500")
    told = days(world, portfolio_id)
    world.clock.now -= timedelta(hours=1)
    world.update_prices()
    assert days(world, portfolio_id) == told


def test_paused_and_empty_portfolios_have_each_day_too(world: World) -> None:
    """Without any price update, by maintenance; an archived one ends."""
    empty, paused, archived = (world.portfolio(name) for name in ("empty", "paused", "archived"))
    world.rows("UPDATE portfolios SET status = name WHERE name <> 'empty' RETURNING 1")
    world.clock.pass_time(days=2)
    assert run(world).days_carried == 4
    assert run(world).days_carried == 0
    first = NOON.date()
    expected = [(first + timedelta(days=place), NOON, D(10000)) for place in range(3)]
    assert days(world, empty) == days(world, paused) == expected
    assert days(world, archived) == expected[:1]
    world.update_prices()
    assert days(world, empty)[2] == (first + timedelta(days=2), world.clock.now, D(10000))
    assert world.breaks() == []


def minutes_kept(world: World) -> list[int]:
    """Minutes after midnight of the points that are left of the first day."""
    rows = world.rows(
        "SELECT timestamp FROM portfolio_equity WHERE (timestamp AT TIME ZONE 'UTC')::date = %s"
        " ORDER BY timestamp, entry_no",
        NOON.date(),
    )
    return [row["timestamp"].hour * 60 + row["timestamp"].minute for row in rows]


def fill(world: World) -> PortfolioId:
    """A day with a point every 20 minutes from 12:00 on, and a deposit at 14:10."""
    portfolio_id = world.portfolio()
    for minute in sorted((*range(20, 720, 20), 130)):
        world.clock.now = NOON + timedelta(minutes=minute)
        if minute == 130:
            deposit(world, portfolio_id, "500")
        else:
            world.update_prices()
    return portfolio_id


HOURS = [hour * 60 + 40 for hour in range(12, 24)]


def test_after_30_days_the_last_of_each_hour_is_left_and_after_a_year_of_each_day(
    world: World,
) -> None:
    fill(world)
    everything = minutes_kept(world)
    world.clock.now = NOON + timedelta(days=29)
    assert run(world).points_thinned == 0
    assert minutes_kept(world) == everything
    world.clock.now = NOON + timedelta(days=31)
    assert run(world).points_thinned > 0
    of_flow = [850, 850]
    assert minutes_kept(world) == sorted([720, *of_flow, *HOURS])
    world.clock.now = NOON + timedelta(days=366)
    run(world)
    assert minutes_kept(world) == sorted([720, *of_flow, HOURS[-1]])
    assert run(world) == HistoryResult()
    assert world.breaks() == []


def stored(world: World) -> list[dict[str, Any]]:
    """All points and days, each with the totals and the last entry that it must agree with."""
    points = "SELECT 'point' AS kind, to_jsonb(point) AS row FROM portfolio_equity AS point"
    days = "SELECT 'day', to_jsonb(day) - 'created_at' FROM portfolio_history AS day"
    return world.rows(f"{points} UNION ALL {days} ORDER BY 1, 2")


def moved(world: World) -> None:
    wanted = Transfer(
        from_id=PortfolioId(1), to_id=PortfolioId(2), amount=D(300), key="k", reason=None
    )
    with world.context.database.transaction() as session:
        cash.transfer(session, wanted, world.clock.now)


def created(world: World) -> None:
    if not world.rows("SELECT FROM portfolios WHERE name = 'new'"):
        world.portfolio("new")


@pytest.mark.parametrize(
    ("record", "least"),
    [
        (created, 3),
        (lambda world: world.update_prices(), 12),
        (lambda world: world.snapshot(2, PortfolioId(1)), 5),
        (lambda world: deposit(world, PortfolioId(1), "500"), 5),
        (moved, 6),
    ],
    ids=["creation", "price update", "snapshot", "deposit", "transfer"],
)
def test_a_kill_at_any_statement_leaves_all_of_a_moments_points_or_none(
    world: World, record: Callable[[World], object], least: int
) -> None:
    with killer_installed() as killer:
        for name in ("one", "two"):
            world.portfolio(name)
        world.run_cycle()
        world.clock.pass_time(hours=1)
        world.filter(cycle_id := world.open_cycle())
        world.signal(cycle_id, PortfolioId(1))
        world.execute(cycle_id, PortfolioId(1))
        world.exchange.show(yes_price=D("0.80"), no_price=D("0.20"))
        before, seen, statement = stored(world), [], 0
        while killer.kills(lambda: record(world), statement):
            seen.append(stored(world))
            statement += 1
    after = stored(world)
    assert statement >= least
    assert after != before
    assert all(state in (before, after) for state in seen)
    record(world)
    assert stored(world) == after, "once more changes nothing"
    assert world.breaks() == []


def test_a_kill_at_any_statement_of_the_thinning_loses_nothing_that_stays(world: World) -> None:
    with killer_installed() as killer:
        portfolio_id = world.portfolio()
        for _ in range(4):
            world.clock.pass_time(minutes=20)
            world.update_prices()
        world.clock.pass_time(days=31)
        world.update_prices()
        before, seen, statement = points(world, portfolio_id), [], 0
        while killer.kills(lambda: run(world), statement):
            seen.append(points(world, portfolio_id))
            statement += 1
    after = points(world, portfolio_id)
    assert statement > 4
    assert len(after) < len(before)
    assert all(set(after) <= set(state) <= set(before) for state in seen)
    assert run(world).points_thinned == 0
    assert world.breaks() == []
