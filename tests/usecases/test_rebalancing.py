"""Rebalancing by the daily maintenance, where it is switched on."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal as D

import pytest

from prescient.core.portfolio.cash import Transfer
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.targets import Targets
from prescient.store import comparisons, history
from prescient.store.comparisons import Compared
from prescient.usecases import cash, research
from prescient.usecases.maintenance import MaintenanceRequest, Task, run
from prescient.usecases.support.rebalanced import RebalancingResult
from tests.world import World

ON = MaintenanceRequest(tasks=frozenset({Task.REBALANCING}), rebalance=Targets.INITIAL)


@pytest.fixture
def drifted(world: World) -> World:
    """Portfolios 1 and 2 take part, with $10,000 each; 1 is $3,000 richer. Portfolio 3 does not."""
    for name in ("rich", "poor"):
        world.portfolio(name, rebalance_threshold=0.05)
    world.portfolio("apart")
    earn(world, 1, 3000, "gain")
    return world


def earn(world: World, portfolio_id: int, dollars: int, key: str) -> None:
    """By a transfer, which is no flow, from a portfolio that takes no part and is made for it."""
    giver = world.portfolio(f"giver of {key}")
    wanted = Transfer(
        from_id=giver, to_id=PortfolioId(portfolio_id), amount=D(dollars), key=key, reason=None
    )
    with world.context.database.transaction() as session:
        cash.transfer(session, wanted, world.clock.now)


def balances(world: World) -> list[D]:
    rows = world.rows(
        "SELECT current_balance FROM portfolios WHERE NOT starts_with(name, 'giver')"
        " ORDER BY portfolio_id"
    )
    return [row["current_balance"] for row in rows]


def rebalanced(world: World, request: MaintenanceRequest = ON) -> RebalancingResult:
    done = run(request, world.context).rebalancing
    assert done is not None
    return done


def test_free_cash_goes_to_who_fell_below_its_part(drifted: World) -> None:
    (moved,) = rebalanced(drifted).transfers
    assert (moved.from_portfolio_id, moved.to_portfolio_id, moved.amount) == (1, 2, D(1500))
    assert balances(drifted) == [D(11500), D(11500), D(10000)]
    log = (
        "SELECT from_name, to_name, amount, reason, executed_by FROM portfolio_rebalancing_log"
        " WHERE executed_by = 'system'"
    )
    assert list(drifted.row(log).values()) == ["rich", "poor", D(1500), "rebalancing", "system"]
    assert drifted.breaks() == []


def test_targets_are_parts_of_the_initial_balances(drifted: World) -> None:
    drifted.rows("UPDATE portfolios SET initial_balance = 5000, current_balance = 5000,"
                 " peak_equity = 5000 WHERE portfolio_id = 2 RETURNING 1")  # fmt: skip
    # 18,000 in all, of which 2 should have a third: 6,000.
    (moved,) = rebalanced(drifted).transfers
    assert moved.amount == D(1000)
    assert balances(drifted) == [D(12000), D(6000), D(10000)]


def test_invested_equity_counts_and_only_cash_moves(drifted: World) -> None:
    drifted.run_cycle()
    (moved,) = rebalanced(drifted).transfers
    assert moved.amount == D(1500)
    states = [drifted.state(PortfolioId(number)) for number in (1, 2)]
    assert states[0].total_value == states[1].total_value == D("11499.36")
    assert drifted.breaks() == []


def test_a_second_round_moves_nothing(drifted: World) -> None:
    rebalanced(drifted)
    before = drifted.everything()
    assert rebalanced(drifted).transfers == []
    assert drifted.everything() == before


def test_the_same_two_exchange_cash_once_a_day(drifted: World) -> None:
    rebalanced(drifted)
    earn(drifted, 1, 4000, "more")
    assert rebalanced(drifted).transfers == []
    drifted.clock.pass_time(hours=24)
    (moved,) = rebalanced(drifted).transfers
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
    assert rebalanced(drifted).transfers == []
    assert balances(drifted) == [D(13000), D(10000), D(10000)]


def test_it_is_off_unless_switched_on(drifted: World) -> None:
    assert run(MaintenanceRequest(), drifted.context).rebalancing is None
    assert balances(drifted) == [D(13000), D(10000), D(10000)]


def test_many_members_come_to_their_targets(world: World) -> None:
    for place in range(12):
        world.portfolio(f"p{place}", rebalance_threshold=0.001)
    for place in range(6):
        earn(world, place + 1, 100 * (place + 1), f"gain {place}")
    moved = rebalanced(world).transfers
    assert len(moved) > 6
    assert set(balances(world)) == {D(10175)}
    assert world.breaks() == []


def test_deposits_and_withdrawals_stay_where_they_are(drifted: World) -> None:
    with drifted.context.database.transaction() as session:
        cash.deposit(session, PortfolioId(2), D(5000), "in", drifted.clock.now)
        cash.withdraw(session, PortfolioId(1), D(2000), "out", drifted.clock.now)
    (moved,) = rebalanced(drifted).transfers
    assert (moved.from_portfolio_id, moved.to_portfolio_id, moved.amount) == (1, 2, D(1500))
    assert balances(drifted) == [D(9500), D(16500), D(10000)]
    drifted.clock.pass_time(hours=24)
    with drifted.context.database.transaction() as session:
        cash.deposit(session, PortfolioId(1), D(100000), "more", drifted.clock.now)
    assert rebalanced(drifted).transfers == []


def test_fixed_weights_are_those_of_the_configurations(world: World) -> None:
    world.portfolio("three", rebalance_threshold=0.05, rebalance_weight=3)
    world.portfolio("one", rebalance_threshold=0.05)
    fixed = MaintenanceRequest(tasks=frozenset({Task.REBALANCING}), rebalance=Targets.FIXED)
    (moved,) = rebalanced(world, fixed).transfers
    assert (moved.from_portfolio_id, moved.to_portfolio_id, moved.amount) == (2, 1, D(5000))
    assert world.breaks() == []


BY_VOLATILITY = MaintenanceRequest(
    tasks=frozenset({Task.REBALANCING}), rebalance=Targets.INVERSE_VOLATILITY
)


def live(world: World, *earned: Callable[[int], int]) -> None:
    """Forty days, on each of which portfolios 1, 2, … earn dollars by its number."""
    for day in range(40):
        world.clock.pass_time(days=1)
        for owner, dollars in ((place, of_day(day)) for place, of_day in enumerate(earned, 1)):
            world.rows(
                "UPDATE portfolios SET current_balance = current_balance + %s,"
                " realized_pnl = realized_pnl + %s, total_profit_loss = total_profit_loss + %s"
                " WHERE portfolio_id = %s RETURNING 1",
                dollars, dollars, dollars, owner,
            )  # fmt: skip
        owners = [PortfolioId(place) for place in range(1, len(earned) + 1)]
        with world.context.database.transaction() as session:
            history.add_equity_points(session, owners, world.clock.now)


def test_inverse_volatility_is_that_of_the_metrics_while_they_are_fresh(world: World) -> None:
    for name in ("calm", "wild"):
        world.portfolio(name, rebalance_threshold=0.05)
    refused = "rebalancing: inverse_volatility cannot weigh portfolio 1: its metrics are "
    done = run(BY_VOLATILITY, world.context)
    assert done.rebalancing is None
    assert (done.rebalancing_refused or "").startswith(refused + "not computed yet")
    live(world, lambda day: 100 * (-1) ** day, lambda day: 200 * (-1) ** day)
    research.run(research.ResearchRequest(), world.context)
    world.clock.pass_time(hours=25)
    done = run(BY_VOLATILITY, world.context)
    assert (done.rebalancing_refused or "").startswith(refused + "of 2026-04-10 12:00 UTC, which")
    with world.context.database.transaction() as session:
        history.add_equity_points(session, [PortfolioId(1), PortfolioId(2)], world.clock.now)
    research.run(research.ResearchRequest(), world.context)
    (moved,) = rebalanced(world, BY_VOLATILITY).transfers
    assert (moved.from_portfolio_id, moved.to_portfolio_id) == (2, 1)
    known = world.rows("SELECT volatility FROM portfolio_performance_cache ORDER BY portfolio_id")
    calm, wild = (row["volatility"] for row in known)
    assert moved.amount == pytest.approx(D(10000 - 20000 * calm / (calm + wild)), abs=D("0.02"))


def test_a_dry_run_tells_the_plan_and_moves_nothing(drifted: World) -> None:
    before = drifted.everything()
    plan = rebalanced(drifted, ON.model_copy(update={"rebalance_dry_run": True}))
    assert drifted.everything() == before
    assert (plan.dry_run, plan.portfolios, plan.held_back) == (True, 2, D(0))
    [move] = plan.transfers
    assert (move.from_portfolio_id, move.to_portfolio_id, move.amount) == (1, 2, D(1500))
    assert [place.equity for place in plan.places] == [D(13000), D(10000)]
    assert [place.target for place in plan.places] == [D(11500), D(11500)]
    assert all(place.has_drifted for place in plan.places)
    assert rebalanced(drifted).transfers == plan.transfers, "as planned"


SIGNIFICANT = ON.model_copy(update={"rebalance_only_significant": True})


def compared(world: World, verdict: str, *, first: int = 1, second: int = 2) -> None:
    found = [Compared(PortfolioId(first), PortfolioId(second), 40, verdict)]
    with world.context.database.transaction() as session:
        comparisons.save(session, found, world.clock.now.date(), world.clock.now)


@pytest.mark.parametrize(
    "verdict", [None, "not_yet", "too_few_days", "one_event", "no_deviation", "same"]
)
def test_noise_moves_nothing_where_only_what_is_significant_may(
    drifted: World, verdict: str | None
) -> None:
    if verdict is not None:
        compared(drifted, verdict)
    plan = rebalanced(drifted, SIGNIFICANT)
    assert (plan.transfers, plan.held_back) == ([], D(1500))
    assert balances(drifted) == [D(13000), D(10000), D(10000)]


@pytest.mark.parametrize("verdict", ["better", "worse"])
def test_what_can_be_told_apart_moves(drifted: World, verdict: str) -> None:
    compared(drifted, "not_yet")
    drifted.clock.pass_time(hours=1)
    compared(drifted, verdict)
    plan = rebalanced(drifted, SIGNIFICANT)
    assert [move.amount for move in plan.transfers] == [D(1500)]
    assert plan.held_back == 0


def test_an_old_comparison_says_nothing(drifted: World) -> None:
    compared(drifted, "better")
    drifted.clock.pass_time(hours=49)
    assert rebalanced(drifted, SIGNIFICANT).transfers == []


def test_research_says_what_can_be_told_apart(world: World) -> None:
    """One earns a steady tenth of a percent a day more than the other, and 40 days show it."""
    for name in ("rich", "poor"):
        world.portfolio(name, rebalance_threshold=0.0001)
    live(world, lambda day: 12 + day % 3, lambda day: 2 - day % 2)
    assert rebalanced(world, SIGNIFICANT).transfers == []
    research.run(research.ResearchRequest(), world.context)
    found = world.row("SELECT first_id, second_id, days, verdict FROM portfolio_comparisons")
    assert found == {"first_id": 1, "second_id": 2, "days": 40, "verdict": "better"}
    assert len(rebalanced(world, SIGNIFICANT).transfers) == 1


def compared_pairs(world: World) -> dict[tuple[int, int], str]:
    rows = world.rows("SELECT first_id, second_id, verdict FROM portfolio_comparisons")
    return {(row["first_id"], row["second_id"]): row["verdict"] for row in rows}


def test_research_asks_the_events_too(world: World) -> None:
    """Forty days say that one is better, but all that they differ in is one event."""
    world.portfolio("holds", rebalance_threshold=0.0001)
    world.run_cycle()
    world.portfolio("idle", rebalance_threshold=0.0001)
    live(world, lambda day: 12 + day % 3, lambda day: 2 - day % 2)
    research.run(research.ResearchRequest(), world.context)
    assert compared_pairs(world) == {(1, 2): "one_event"}
    assert rebalanced(world, SIGNIFICANT).transfers == []


def test_research_goes_on_where_the_run_before_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(research, "PAIRS_AT_ONCE", 1)
    monkeypatch.setattr(research, "MOST_PAIRS", 2)
    for name in ("one", "two", "three"):
        world.portfolio(name, rebalance_threshold=0.01)
    live(world, *[lambda day: day % 3] * 3)
    world.portfolio("new today", rebalance_threshold=0.01)
    seen = []
    for _ in range(4):
        world.clock.pass_time(minutes=30)
        research.run(research.ResearchRequest(), world.context)
        seen.append(len(compared_pairs(world)))
    assert seen == [2, 4, 6, 6]
    verdicts = compared_pairs(world)
    assert {verdict for pair, verdict in verdicts.items() if 4 in pair} == {"too_few_days"}
    assert verdicts[2, 3] == "same"
    before = world.rows("SELECT * FROM portfolio_comparisons ORDER BY 1, 2")
    world.clock.pass_time(minutes=30)
    research.run(research.ResearchRequest(), world.context)
    assert world.rows("SELECT * FROM portfolio_comparisons ORDER BY 1, 2") == before
    world.clock.pass_time(days=1)
    research.run(research.ResearchRequest(), world.context)
    days = world.row(
        "SELECT min(last_day) AS first, max(last_day) AS last FROM portfolio_comparisons"
    )
    assert (days["last"] - days["first"]).days == 1
