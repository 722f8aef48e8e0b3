"""Guards of single portfolios, in the transactions that record what these are worth."""

from __future__ import annotations

import random
from decimal import Decimal as D

import pytest

from prescient.core.errors import PortfolioConflict
from prescient.core.portfolio.cash import Transfer
from prescient.core.portfolio.guards import Alert, Reset, Standing, alert
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.usecases import cash
from tests.sequences.killing import killer_installed
from tests.usecases.guarded import (
    CHANGES,
    flow,
    guard,
    invested,
    quote_of,
    reactivate,
    status,
)
from tests.world import World


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


def test_the_books_tell_a_peak_that_was_written_over(world: World) -> None:
    invested(world)
    world.run_cycle()
    world.reprice("0.77", "0.80")
    world.rows("UPDATE portfolios SET index_peak = 5, peak_profit = -900000 RETURNING 1")
    assert {broken.rule for broken in world.breaks()} >= {"6: index_peak", "6: peak_profit"}
    world.rows("UPDATE portfolios SET index_peak = 10000, peak_profit = 900000 RETURNING 1")
    assert "6: peak_profit" in {broken.rule for broken in world.breaks()}
    assert isinstance(world.state(PortfolioId(1)).standing, Standing)
