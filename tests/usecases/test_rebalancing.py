"""Rebalancing by the daily maintenance, where it is switched on."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from prescient.core.portfolio.portfolios import PortfolioId
from prescient.usecases import cash
from prescient.usecases.maintenance import MaintenanceRequest, MaintenanceResult, Task, run
from tests.world import World

ON = MaintenanceRequest(tasks=frozenset({Task.REBALANCING}), rebalance=True)


@pytest.fixture
def drifted(world: World) -> World:
    """Portfolios 1 and 2 take part, with $10,000 each; 1 is $3,000 richer. Portfolio 3 does not."""
    for name in ("rich", "poor"):
        world.portfolio(name, rebalance_threshold=0.05)
    world.portfolio("apart")
    with world.context.database.transaction() as session:
        cash.deposit(session, PortfolioId(1), D(3000), "gain", world.clock.now)
    return world


def balances(world: World) -> list[D]:
    rows = world.rows("SELECT current_balance FROM portfolios ORDER BY portfolio_id")
    return [row["current_balance"] for row in rows]


def rebalanced(world: World, request: MaintenanceRequest = ON) -> MaintenanceResult:
    return run(request, world.context)


def test_free_cash_goes_to_who_fell_below_its_part(drifted: World) -> None:
    (moved,) = rebalanced(drifted).rebalanced or []
    assert (moved.from_portfolio_id, moved.to_portfolio_id, moved.amount) == (1, 2, D(1500))
    assert balances(drifted) == [D(11500), D(11500), D(10000)]
    log = "SELECT from_name, to_name, amount, reason, executed_by FROM portfolio_rebalancing_log"
    assert list(drifted.row(log).values()) == ["rich", "poor", D(1500), "rebalancing", "system"]
    assert drifted.breaks() == []


def test_targets_are_parts_of_the_initial_balances(drifted: World) -> None:
    drifted.rows("UPDATE portfolios SET initial_balance = 5000, current_balance = 5000,"
                 " peak_equity = 5000 WHERE portfolio_id = 2 RETURNING 1")  # fmt: skip
    # 18,000 in all, of which 2 should have a third: 6,000.
    (moved,) = rebalanced(drifted).rebalanced or []
    assert moved.amount == D(1000)
    assert balances(drifted) == [D(12000), D(6000), D(10000)]


def test_invested_equity_counts_and_only_cash_moves(drifted: World) -> None:
    drifted.run_cycle()
    (moved,) = rebalanced(drifted).rebalanced or []
    assert moved.amount == D(1500)
    states = [drifted.state(PortfolioId(number)) for number in (1, 2)]
    assert states[0].total_value == states[1].total_value == D("11499.36")
    assert drifted.breaks() == []


def test_a_second_round_moves_nothing(drifted: World) -> None:
    rebalanced(drifted)
    before = drifted.everything()
    assert rebalanced(drifted).rebalanced == []
    assert drifted.everything() == before


def test_the_same_two_exchange_cash_once_a_day(drifted: World) -> None:
    rebalanced(drifted)
    with drifted.context.database.transaction() as session:
        cash.deposit(session, PortfolioId(1), D(4000), "more", drifted.clock.now)
    assert rebalanced(drifted).rebalanced == []
    drifted.clock.pass_time(hours=24)
    (moved,) = rebalanced(drifted).rebalanced or []
    assert moved.amount == D(2000)
    assert drifted.breaks() == []


@pytest.mark.parametrize(
    "change",
    [
        """UPDATE portfolios SET strategy_config = '{"rebalance_threshold": 0.5}' RETURNING 1""",
        "UPDATE portfolios SET strategy_config = '{}' RETURNING 1",
        "UPDATE portfolios SET status = 'paused' WHERE portfolio_id = 2 RETURNING 1",
    ],
)
def test_within_the_threshold_or_alone_nothing_moves(drifted: World, change: str) -> None:
    drifted.rows(change)
    assert rebalanced(drifted).rebalanced == []
    assert balances(drifted) == [D(13000), D(10000), D(10000)]


def test_it_is_off_unless_switched_on(drifted: World) -> None:
    assert rebalanced(drifted, MaintenanceRequest()).rebalanced is None
    assert balances(drifted) == [D(13000), D(10000), D(10000)]


def test_many_members_come_to_their_targets(world: World) -> None:
    for place in range(12):
        world.portfolio(f"p{place}", rebalance_threshold=0.001)
    with world.context.database.transaction() as session:
        for place in range(6):
            owner = PortfolioId(place + 1)
            cash.deposit(session, owner, D(100 * (place + 1)), "gain", world.clock.now)
    moved = rebalanced(world).rebalanced or []
    assert len(moved) > 6
    assert set(balances(world)) == {D(10175)}
    assert world.breaks() == []
