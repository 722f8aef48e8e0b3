"""What research keeps of portfolios: from the points of the whole way through the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prescient.core.errors import PortfolioConflict
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import Quote
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import performance
from prescient.usecases import cash, comparison, research
from prescient.usecases.research import ResearchRequest
from tests.builders import NOON
from tests.world import World


def measured(world: World, portfolio_id: PortfolioId) -> dict[str, Any]:
    research.run(ResearchRequest(), world.context)
    with world.context.database.transaction() as session:
        row = performance.metrics(session, portfolio_id)
    assert row is not None
    return row


def flow(world: World, portfolio_id: PortfolioId, amount: D) -> None:
    with world.context.database.transaction() as session:
        move = cash.deposit if amount > 0 else cash.withdraw
        key = f"{world.clock.now} {amount} {len(world.rows('SELECT 1 FROM cash_ledger'))}"
        move(session, portfolio_id, abs(amount), key, world.clock.now)


def test_a_portfolio_is_measured_once_and_again_when_it_changed(world: World) -> None:
    portfolio_id = world.portfolio()
    world.run_cycle()
    world.clock.pass_time(days=1)
    world.reprice("0.79", "0.80")
    row = measured(world, portfolio_id)
    assert (row["calculated_at"], row["last_day"]) == (world.clock.now, world.clock.now.date())
    assert (row["days"], row["closed_positions"], row["current_run"]) == (2, 0, 0)
    assert row["return_all_time"] == pytest.approx(0.000192, abs=1e-12)  # 10,001.92 of 10,000
    assert row["return_1d"] == pytest.approx(10001.92 / 9999.36 - 1, abs=1e-12)
    assert (row["sharpe_ratio"], row["return_7d"]) == (None, None)
    assert row["reasons"]["sharpe_ratio"]["code"] == "too_few_days"
    assert row["reasons"]["return_7d"]["code"] == "younger_than_window"
    assert row["max_drawdown"] == pytest.approx(0.000064)
    assert (row["max_drawdown_amount"], row["days_under_water"]) == (D("0.64"), 2)
    assert row["max_drawdown_recovered_on"] == world.clock.now.date()
    assert (row["fees"], row["slippage"]) == (D("0.00"), D("0.00"))
    world.clock.pass_time(minutes=1)
    assert research.run(ResearchRequest(), world.context).portfolios == 0
    world.update_prices()
    assert research.run(ResearchRequest(), world.context).portfolios == 1


def test_no_number_of_a_portfolio_depends_on_another(world: World) -> None:
    portfolio_id = world.portfolio(stop_loss_percentage=0.1)
    world.run_cycle()
    for bid in ("0.79", "0.75", "0.60", "0.70"):
        world.clock.pass_time(days=9)
        world.reprice(bid, f"{float(bid) + 0.01:.2f}")
    alone = measured(world, portfolio_id)
    world.portfolio("random", strategy_type="random")
    world.portfolio("empty")
    world.rows("DELETE FROM portfolio_performance_cache RETURNING 1")
    together = measured(world, portfolio_id)
    assert together == alone
    assert alone["closed_positions"] == 1
    assert alone["sharpe_ratio"] is not None


def test_pnl_is_divided_and_adds_up(world: World) -> None:
    portfolio_id = world.portfolio(stop_loss_percentage=0.1)
    world.run_cycle()
    world.reprice("0.60", "0.61")
    total = world.state(portfolio_id).total_profit_loss
    divided = measured(world, portfolio_id)["attribution"]
    assert D(divided["total"]) == total != 0
    for view, parts in divided["views"].items():
        assert sum(D(part["pnl"]) for part in parts) + D(divided["rest"][view]) == total, view
    assert [part["key"] for part in divided["views"]["exit_kind"]] == ["stop_loss"]
    known = world.row("SELECT question, title FROM markets JOIN events USING (event_id)")
    assert [part["name"] for part in divided["views"]["market"]] == [known["question"]]
    assert [part["name"] for part in divided["views"]["event"]] == [known["title"]]
    assert [part["name"] for part in divided["views"]["strategy"]] == [None]
    assert [part["key"] for part in divided["views"]["strategy"]] == ["momentum"]


def test_probabilities_are_scored_once_their_market_resolved(world: World) -> None:
    """At entry 0.78, the strategy said 0.775: it came true."""
    portfolio_id = world.portfolio()
    world.run_cycle()
    assert measured(world, portfolio_id)["calibration"] is None
    world.clock.pass_time(days=1)
    world.exchange.show(
        closed=True, accepting_orders=False, yes_price=D(1), no_price=D(0), quote=None,
        resolution_status="resolved",
    )  # fmt: skip
    world.update_prices()
    scored = measured(world, portfolio_id)["calibration"]
    assert scored["probabilities"]["count"] == 1
    assert float(scored["probabilities"]["brier"]) == pytest.approx((1 - 0.775) ** 2)
    assert float(scored["prices"]["brier"]) == pytest.approx((1 - 0.78) ** 2)
    assert (scored["events"], scored["edge"]) == (1, None)


def test_two_that_did_the_same_are_the_same(world: World) -> None:
    first, second = world.portfolio("first"), world.portfolio("second")
    world.run_cycle()
    for day in range(12):
        world.clock.pass_time(days=1)
        world.reprice(f"0.{78 + day % 2}", f"0.{79 + day % 2}")
    world.clock.pass_time(days=1)
    compared = comparison.compare(world.context.database, [first, second], world.clock.now)
    (pair,) = compared.pairs
    assert (pair.verdict, pair.days, pair.in_common) == ("same", 13, 1.0)
    assert pair.sentence == "first and second did the same on every day."
    later = world.clock.now + timedelta(minutes=1)
    again = comparison.compare(world.context.database, [first, second], later)
    assert replace(again, calculated_at=world.clock.now) == compared


def offer(world: World, *shares: str) -> None:
    """Asks at 0.78, 0.79, … of this many shares each."""
    asks = tuple(Level(D("0.78") + D(place) / 100, D(size)) for place, size in enumerate(shares))
    world.exchange.order_books = {"11": OrderBook((Level(D("0.77"), D(5000)),), asks)}


def test_capacity_is_that_of_all_that_are_compared_together(world: World) -> None:
    """Each wants $100 of a book that has 300 at 0.78, 100 at 0.79, and more beyond the slippage."""
    offer(world, "300", "100", "0", "9999")
    wanting: dict[str, Any] = {"max_depth_share": 1, "cooldown_hours": 0}
    first, second = (world.portfolio(name, **wanting) for name in ("first", "second"))
    world.portfolio("alone", **wanting)
    world.run_cycle()
    world.clock.pass_time(days=1)
    room = comparison.compare(world.context.database, [first, second], world.clock.now).capacity
    assert room is not None
    offered = D("0.78") * 300 + D("0.79") * 100
    assert (room.purchases, room.filled_now) == (1, 1.0)
    assert room.multiple == pytest.approx(float(offered / 200) / 0.95)
    assert room.dollars == pytest.approx(offered / D("0.95"), abs=D("0.01"))


def test_a_book_of_which_each_of_two_wants_all_leaves_no_room(world: World) -> None:
    offer(world, "50")
    first, second = (world.portfolio(name, max_depth_share=1) for name in ("first", "second"))
    world.run_cycle()
    world.clock.pass_time(days=1)
    compared = comparison.compare(world.context.database, [first, second], world.clock.now)
    assert compared.capacity is not None
    assert compared.capacity.filled_now == 0.5
    assert compared.capacity.multiple == pytest.approx(0.5 / 0.95)


def test_capacity_is_not_known_without_a_book(world: World) -> None:
    first, second = world.portfolio("first"), world.portfolio("second")
    world.run_cycle()
    world.clock.pass_time(days=1)
    compared = comparison.compare(world.context.database, [first, second], world.clock.now)
    assert compared.capacity is None


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from([0, 7, 60 * 5, 60 * 26]),
        st.one_of(
            st.integers(30, 95).map(lambda cents: ("bid", D(cents) / 100)),
            st.integers(-900_000, 900_000).filter(bool).map(lambda c: ("flow", D(c) / 100)),
        ),
    ),
    min_size=3,
    max_size=10,
)


@pytest.fixture(scope="module")
def shared(shared_database_url: str) -> Iterator[World]:
    with World(shared_database_url) as world:
        yield world


@settings(max_examples=12, deadline=None)
@given(actions=ACTIONS)
def test_flows_at_any_moment_change_no_time_weighted_return(
    shared: World, actions: list[tuple[int, tuple[str, D]]]
) -> None:
    """Of two that hold the same, one has flows: the same P&L, and a return that follows from it.

    The oracle multiplies 1 + P&L / equity over the stretches, on fractions, from what this test
    itself paid in.
    """
    world = shared
    world.empty()
    world.clock.now = NOON
    plain, flowing = world.portfolio("plain"), world.portfolio("flowing")
    world.run_cycle()
    oracle = {plain: _Oracle(), flowing: _Oracle()}
    for own in oracle.values():
        own.mark(Fraction(world.state(plain).total_profit_loss))
    for minutes, (kind, amount) in actions:
        world.clock.pass_time(minutes=minutes)
        if kind == "bid":
            quote = Quote(amount - D("0.01"), amount + D("0.01"))
            world.exchange.show(yes_price=amount, no_price=1 - amount, quote=quote)
            world.update_prices()
        else:
            try:
                flow(world, flowing, amount)
            except PortfolioConflict:
                continue
            oracle[flowing].pay(amount)
        profit = Fraction(world.state(plain).total_profit_loss)
        assert Fraction(world.state(flowing).total_profit_loss) == profit
        for own in oracle.values():
            own.mark(profit)
    research.run(ResearchRequest(), world.context)
    for portfolio_id, own in oracle.items():
        with world.context.database.transaction() as session:
            row = performance.metrics(session, portfolio_id)
        assert row is not None
        assert row["return_all_time"] == pytest.approx(float(own.index - 1), abs=1e-12)
    assert world.breaks() == []


class _Oracle:
    def __init__(self) -> None:
        self.index, self.paid_in, self.profit = Fraction(1), Fraction(10000), Fraction(0)

    def pay(self, amount: D) -> None:
        self.paid_in += Fraction(amount)

    def mark(self, profit: Fraction) -> None:
        self.index *= 1 + (profit - self.profit) / (self.paid_in + self.profit)
        self.profit = profit
