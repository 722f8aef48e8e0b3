"""Guards in the transactions that record what portfolios are worth."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal as D
from typing import Any, cast

import pytest

from prescient.core.errors import PortfolioConflict
from prescient.core.portfolio.cash import Transfer
from prescient.core.portfolio.guards import Alert, Guard, Reset, Standing, alert
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.store.status_changes import Order
from prescient.usecases import cash, emergency, portfolio_management
from prescient.usecases.portfolio_management import GuardChange, PortfolioChange
from tests.builders import event
from tests.sequences.killing import killer_installed
from tests.world import World, several

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


@pytest.mark.parametrize("limits", [{"limit": D(1000)}, {"limit_percent": D(10)}])
def test_a_price_update_warns_and_then_pauses(world: World, limits: dict[str, D]) -> None:
    portfolio_id = invested(world, **limits)
    world.run_cycle()
    assert (world.reprice("0.73", "0.74").warned, status(world, portfolio_id)) == (0, "active")
    warned = world.reprice("0.71", "0.72")
    assert (warned.warned, warned.paused) == (1, 0)
    state = world.state(portfolio_id)
    assert alert(state.guard, state.standing) is Alert.WARNING
    assert state.drawdown_warned_at == world.clock.now
    assert world.reprice("0.71", "0.72").warned == 0, "once"
    paused = world.reprice("0.69", "0.70")
    assert (paused.warned, paused.paused) == (0, 1)
    state = world.state(portfolio_id)
    assert state.status is PortfolioStatus.PAUSED
    assert state.status_reason is not None
    assert state.status_reason.startswith("drawdown of ")
    point = world.row("SELECT max(timestamp) AS at, min(equity) AS least FROM portfolio_equity")
    assert point == {"at": world.clock.now, "least": state.total_value}
    [made] = world.rows(CHANGES, portfolio_id)
    assert made == {
        "from_status": "active", "to_status": "paused", "reason": state.status_reason,
        "ordered_by": None, "resets": None, "pause_id": None,
    }  # fmt: skip
    assert world.reprice("0.60", "0.61").paused == 0, "once"
    assert world.breaks() == []


def test_a_warning_ends_when_the_price_comes_back(world: World) -> None:
    portfolio_id = invested(world, limit=D(1000))
    world.run_cycle()
    assert world.reprice("0.71", "0.72").warned == 1
    world.reprice("0.75", "0.76")
    assert world.state(portfolio_id).drawdown_warned_at is None
    assert world.reprice("0.71", "0.72").warned == 1


def test_a_cycle_that_falls_so_far_pauses_its_portfolio_and_no_other(world: World) -> None:
    """The batch of the cycle moves the mark; snapshot records what that makes of the portfolio."""
    guarded, other = invested(world, limit_percent=D(5)), invested(world, "two")
    world.run_cycle()
    world.clock.pass_time(hours=1)
    world.exchange.show(yes_price=D("0.60"), no_price=D("0.40"))
    world.exchange.show(quote=quote_of(world)._replace(bid=D("0.59"), ask=D("0.61")))
    world.run_cycle()
    assert (status(world, guarded), status(world, other)) == ("paused", "active")
    assert len(world.rows(CHANGES, guarded)) == 1
    assert world.breaks() == []


def quote_of(world: World) -> Any:
    return world.exchange.events[0].markets[0].quote


def test_no_other_portfolios_loss_sets_it_off(world: World) -> None:
    """Two hold the same market; a third, with the tightest guard, holds none."""
    held, twin = invested(world, limit_percent=D(5)), invested(world, "two", limit=D(500))
    world.run_cycle()
    idle = world.portfolio("idle")
    guard(world, idle, limit=D("0.01"), limit_percent=D("0.01"))
    world.reprice("0.40", "0.41")
    assert [status(world, owner) for owner in (held, twin, idle)] == ["paused", "paused", "active"]


@pytest.mark.parametrize("seed", range(6))
def test_random_flows_set_nothing_off_and_move_the_peak_as_the_core_says(
    world: World, seed: int
) -> None:
    draw = random.Random(seed)
    portfolio_id, other = invested(world), world.portfolio("bank", balance="500000")
    world.run_cycle()
    world.reprice("0.75", "0.76")
    before = world.state(portfolio_id).standing
    guard(world, portfolio_id, limit=before.drawdown + D("0.01"))
    guard(world, portfolio_id, limit_percent=before.drawdown_percent + D("0.01"))
    for _ in range(12):
        world.clock.pass_time(minutes=5)
        expected = world.state(portfolio_id).standing
        amount = D(draw.randint(-9_000, 900_000)) / 100
        amount = max(amount, -world.state(portfolio_id).current_balance)
        if not amount:
            continue
        if draw.random() < 0.5 and amount > 0:
            wanted = Transfer(
                from_id=other, to_id=portfolio_id, amount=amount, key=str(world.clock.now),
                reason=None,
            )  # fmt: skip
            with world.context.database.transaction() as session:
                cash.transfer(session, wanted, world.clock.now)
        else:
            flow(world, portfolio_id, str(amount))
        world.update_prices()
        state = world.state(portfolio_id)
        assert state.standing == expected.after_flow(amount)
        assert state.status is PortfolioStatus.ACTIVE
        assert state.standing.drawdown_percent <= before.drawdown_percent
    assert world.breaks() == []


def test_after_a_deposit_it_takes_the_same_part_of_the_equity_to_set_it_off(world: World) -> None:
    portfolio_id = invested(world, limit_percent=D(10))
    world.run_cycle()
    flow(world, portfolio_id, "90000")
    world.reprice("0.60", "0.61")
    assert status(world, portfolio_id) == "active", "22% of a tenth of the equity"


def reactivate(world: World, portfolio_id: PortfolioId, resets: Reset = Reset.NOTHING) -> None:
    change(world, portfolio_id, status=PortfolioStatus.ACTIVE, reason="go on", resets=resets)


def test_what_would_be_paused_again_needs_a_new_peak(world: World) -> None:
    portfolio_id = invested(world, limit=D(1000))
    world.run_cycle()
    world.reprice("0.60", "0.61")
    with pytest.raises(PortfolioConflict, match="reset the peak, or change the limit"):
        reactivate(world, portfolio_id)
    reactivate(world, portfolio_id, Reset.PEAK)
    assert (world.reprice("0.60", "0.61").paused, status(world, portfolio_id)) == (0, "active")
    assert world.state(portfolio_id).standing.drawdown == 0
    assert world.reprice("0.50", "0.51").paused == 1, "from the new peak"
    made = world.rows(CHANGES, portfolio_id)
    assert [row["resets"] for row in made] == [None, "peak", None]
    assert world.breaks() == []


def test_a_changed_limit_is_another_way_back(world: World) -> None:
    portfolio_id = invested(world, limit=D(1000))
    world.run_cycle()
    world.reprice("0.60", "0.61")
    guard(world, portfolio_id, limit=D(5000))
    reactivate(world, portfolio_id)
    world.update_prices()
    assert status(world, portfolio_id) == "active"


def test_a_guard_that_is_killed_at_any_statement_pauses_once(world: World) -> None:
    world.disconnect()
    with killer_installed() as killer:
        portfolio_id = invested(world, limit=D(1000))
        world.run_cycle()
        world.exchange.show(yes_price=D("0.60"), no_price=D("0.40"))
        world.exchange.show(quote=quote_of(world)._replace(bid=D("0.59"), ask=D("0.61")))
        world.clock.pass_time(minutes=5)
        statement = 0
        while killer.kills(world.update_prices, statement):
            points = world.rows(
                "SELECT FROM portfolio_equity WHERE timestamp = %s", world.clock.now
            )
            is_paused = status(world, portfolio_id) == "paused"
            assert bool(points) == is_paused == bool(world.rows(CHANGES, portfolio_id))
            statement += 1
        assert statement > 10
        world.update_prices()
    assert status(world, portfolio_id) == "paused"
    assert len(world.rows(CHANGES, portfolio_id)) == 1
    assert world.breaks() == []


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


def test_the_books_tell_a_peak_that_was_written_over(world: World) -> None:
    invested(world)
    world.run_cycle()
    world.reprice("0.77", "0.80")
    world.rows("UPDATE portfolios SET index_peak = 5, peak_profit = -900000 RETURNING 1")
    assert {broken.rule for broken in world.breaks()} >= {"6: index_peak", "6: peak_profit"}
    world.rows("UPDATE portfolios SET index_peak = 10000, peak_profit = 900000 RETURNING 1")
    assert "6: peak_profit" in {broken.rule for broken in world.breaks()}
    assert isinstance(world.state(PortfolioId(1)).standing, Standing)
