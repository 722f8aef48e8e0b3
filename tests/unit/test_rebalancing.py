"""Rebalancing: which portfolios drifted, and transfers that bring all of them back."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal as D
from fractions import Fraction as F
from itertools import permutations
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from prescient.core.errors import InvalidRequest
from prescient.core.money import cents_down
from prescient.core.portfolio.cash import Executor, Transfer
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.rebalancing import drifted, drifts, plan, transfers
from prescient.core.portfolio.targets import Member, Targets, Weights, weights
from tests.builders import NOON

TODAY = date(2026, 1, 2)


def member(
    place: int,
    equity: str,
    cash: str | None = None,
    *,
    threshold: str = "0.10",
    weight: str = "1",
    net_flows: str = "0",
) -> Member:
    return Member(
        PortfolioId(place),
        D(equity),
        D(equity if cash is None else cash),
        D(threshold),
        initial_balance=D(weight),
        net_flows=D(net_flows),
    )


def initial(members: Sequence[Member]) -> Weights:
    return weights(Targets.INITIAL, members, NOON)


def moved(*members: Member) -> list[tuple[int, int, str]]:
    made = transfers(members, initial(members), TODAY)
    return [(transfer.from_id, transfer.to_id, str(transfer.amount)) for transfer in made]


def test_drift_is_the_part_of_all_equity_beside_the_target() -> None:
    """14,000 of 20,000 is 0.70, and 0.50 is the target."""
    pair = [member(1, "14000"), member(2, "6000")]
    assert drifts(pair, initial(pair)) == {1: D("0.2"), 2: D("-0.2")}
    assert drifted(pair, initial(pair)) == [1, 2]
    assert moved(*pair) == [(1, 2, "4000.00")]


def test_nothing_moves_within_the_threshold() -> None:
    assert moved(member(1, "12000"), member(2, "8000")) == []
    assert moved(member(1, "12000"), member(2, "8000", threshold="0.0999")) == [(1, 2, "2000.00")]


def test_weights_are_targets() -> None:
    assert moved(member(1, "15000", weight="3"), member(2, "5000")) == []
    assert moved(member(1, "10000", weight="3"), member(2, "10000")) == [(2, 1, "5000.00")]


def test_only_cash_moves() -> None:
    assert moved(member(1, "14000", cash="2500.50"), member(2, "6000")) == [(1, 2, "2500.50")]
    assert moved(member(1, "14000", cash="0"), member(2, "6000")) == []


def test_the_largest_surplus_gives_to_the_largest_want() -> None:
    four = [member(1, "16000"), member(2, "12000"), member(3, "4000"), member(4, "8000")]
    assert moved(*four) == [(1, 3, "6000.00"), (2, 4, "2000.00")]


def test_who_has_given_is_ranked_by_what_is_left() -> None:
    """1 is 100 above its target and 2 is 80; the others are 60 below."""
    five = [member(place, equity) for place, equity in enumerate(["200", "180", *["40"] * 3], 1)]
    assert moved(*five) == [(1, 3, "60.00"), (2, 4, "60.00"), (1, 5, "40.00"), (2, 5, "20.00")]


def test_cents_that_do_not_divide_go_to_the_lower_ids() -> None:
    assert moved(member(1, "100.00"), member(2, "0"), member(3, "0.01", threshold="0.5")) == [
        (1, 2, "33.34"),
        (1, 3, "33.32"),
    ]


def test_a_deposit_stays_with_its_portfolio() -> None:
    """Shared out, 1,500 of the 3,000 would go."""
    assert moved(member(1, "13000", net_flows="3000"), member(2, "10000")) == []
    assert moved(member(1, "7000", net_flows="-3000"), member(2, "10000")) == []
    assert moved(member(1, "16000", net_flows="3000"), member(2, "10000", threshold="0.01")) == [
        (1, 2, "1500.00")
    ]


def test_without_members_or_equity_nothing_moves() -> None:
    assert moved() == []
    assert moved(member(1, "0"), member(2, "0")) == []


def measured(place: int, volatility: float | None, **changes: Any) -> Member:
    """A member whose metrics were computed at noon, over 40 days."""
    return member(place, "100")._replace(
        **{"volatility": volatility, "days": 40, "measured_at": NOON, **changes},
    )


def test_the_choices_of_targets() -> None:
    members = [
        Member(PortfolioId(1), D(1), D(1), D(1), initial_balance=D(5), fixed_weight=D(2)),
        Member(PortfolioId(2), D(1), D(1), D(1), initial_balance=D(7)),
    ]
    assert weights(Targets.INITIAL, members, NOON) == {1: D(5), 2: D(7)}
    assert weights(Targets.EQUAL, members, NOON) == {1: D(1), 2: D(1)}
    assert weights(Targets.FIXED, members, NOON) == {1: D(2), 2: D(1)}


def test_twice_the_volatility_gets_half_the_weight() -> None:
    members = [measured(1, 0.2), measured(2, 0.4)]
    found = weights(Targets.INVERSE_VOLATILITY, members, NOON)
    assert found == {1: D("0.666667"), 2: D("0.333333")}


@pytest.mark.parametrize(
    ("unknown", "problem"),
    [
        (measured(2, None, days=29), "29 daily returns are known, and 30 are needed"),
        (measured(2, 1e-9), "its equity has not moved"),
        (measured(2, 0.0), "its equity has not moved"),
        (member(2, "100"), "its metrics are not computed yet"),
        (
            measured(2, 0.2, measured_at=NOON - timedelta(minutes=1)),
            "its metrics are of 2026-03-01 11:59 UTC, which is too old",
        ),
    ],
)
def test_without_a_volatility_it_is_refused_by_name(unknown: Member, problem: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        weights(Targets.INVERSE_VOLATILITY, [measured(1, 0.2), unknown], NOON)
    assert refused.value.problems == (
        f"rebalancing: inverse_volatility cannot weigh portfolio 2: {problem}",
    )


@given(st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=6))
def test_weights_by_volatility_sum_to_one(volatilities: list[float]) -> None:
    members = [measured(place, volatility) for place, volatility in enumerate(volatilities)]
    found = weights(Targets.INVERSE_VOLATILITY, members, NOON)
    assert sum(found.values()) == 1
    assert all(weight == round(weight, 6) for weight in found.values())


dollars = st.integers(0, 10**8).map(lambda number: D(number) / 100)
flows = st.integers(-(10**7), 10**7).map(lambda number: D(number) / 100)


@st.composite
def groups(draw: st.DrawFn) -> list[Member]:
    """Members with any equity, cash and flows; all of the equity, or a part of it, in cash."""
    rows = draw(
        st.lists(
            st.tuples(dollars, st.just(100) | st.integers(0, 100), st.integers(1, 5), flows),
            min_size=1,
            max_size=8,
        )
    )
    return [
        Member(
            PortfolioId(place),
            equity,
            cents_down(equity * part / 100),
            D("0.01"),
            D(weight),
            D(1),
            paid,
        )
        for place, (equity, part, weight, paid) in enumerate(rows)
    ]


def exact_targets(members: Sequence[Member]) -> list[F]:
    """By exact rational arithmetic, without the code under test."""
    earned = sum(F(member.equity) - F(member.net_flows) for member in members)
    whole = sum(F(member.initial_balance) for member in members)
    return [earned * F(member.initial_balance) / whole + F(member.net_flows) for member in members]


def settled(members: Sequence[Member]) -> list[Member]:
    """The members after their transfers, which are checked."""
    change: defaultdict[PortfolioId, D] = defaultdict(D)
    made = transfers(members, initial(members), TODAY)
    assert len(made) < len(members)
    for transfer in made:
        assert transfer.amount > 0
        assert transfer.amount == round(transfer.amount, 2)
        change[transfer.from_id] -= transfer.amount
        change[transfer.to_id] += transfer.amount
    assert sum(change.values()) == 0
    return [
        member._replace(
            equity=member.equity + change[member.portfolio_id],
            cash=member.cash + change[member.portfolio_id],
        )
        for member in members
    ]


@given(groups())
def test_transfers_sum_to_zero_and_leave_no_portfolio_further_off(members: list[Member]) -> None:
    after = settled(members)
    for before, now, target in zip(members, after, exact_targets(members), strict=True):
        assert now.cash >= 0
        assert abs(F(now.equity) - target) <= abs(F(before.equity) - target) + F(1, 100)


@given(groups())
def test_with_enough_cash_every_member_ends_at_its_target(members: list[Member]) -> None:
    rich = [member._replace(cash=D(10**9)) for member in members]
    if not drifted(rich, initial(rich)):
        return
    for now, target in zip(settled(rich), exact_targets(rich), strict=True):
        assert abs(F(now.equity) - target) < F(1, 100)
    assert transfers(settled(rich), initial(rich), TODAY) == []


@given(members=groups(), paid=dollars, place=st.integers(0, 7))
def test_a_deposit_alone_moves_nothing(members: list[Member], paid: D, place: int) -> None:
    assume(any(member.equity for member in members))
    rich = [member._replace(cash=D(10**9)) for member in members]
    at_target = settled(rich) if drifted(rich, initial(rich)) else rich
    owner = at_target[place % len(at_target)]
    at_target[place % len(at_target)] = owner._replace(
        equity=owner.equity + paid, net_flows=owner.net_flows + paid
    )
    assert transfers(at_target, initial(at_target), TODAY) == []


def test_a_transfer_names_both_sides_and_the_day() -> None:
    pair = [member(1, "3"), member(2, "1")]
    (only,) = transfers(pair, initial(pair), TODAY)
    assert only == Transfer(
        from_id=PortfolioId(1),
        to_id=PortfolioId(2),
        amount=D("1.00"),
        key="rebalancing:2026-01-02:1:2",
        reason="rebalancing",
        executed_by=Executor.SYSTEM,
    )


pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12).map(
    lambda found: {frozenset(map(PortfolioId, pair)) for pair in found if len(set(pair)) > 1}
)


def largest_first(
    members: Sequence[Member],
    targets: Mapping[PortfolioId, D],
    told_apart: Collection[frozenset[PortfolioId]],
) -> Iterator[tuple[PortfolioId, PortfolioId, D]]:
    """By a search of all pairs for each transfer, without the code under test."""
    above = {owner.portfolio_id: owner.equity - targets[owner.portfolio_id] for owner in members}
    free = {owner.portfolio_id: min(owner.cash, above[owner.portfolio_id]) for owner in members}
    while found := [
        (-free[giver], giver, above[taker], taker)
        for giver, taker in permutations(free, 2)
        if free[giver] > 0 > above[taker] and frozenset((giver, taker)) in told_apart
    ]:
        _, giver, _, taker = min(found)
        amount = min(free[giver], -above[taker])
        free[giver] -= amount
        above[taker] += amount
        yield giver, taker, amount


@given(
    st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 100)), min_size=2, max_size=7), pairs
)
def test_only_what_is_told_apart_exchanges_and_never_beyond_a_target(
    drawn: list[tuple[int, int]], told_apart: set[frozenset[PortfolioId]]
) -> None:
    members = [
        member(place, str(D(cents) / 100), str(cents_down(D(cents) * part / 10_000)), threshold="0")
        for place, (cents, part) in enumerate(drawn)
    ]
    weighed = initial(members)
    made = plan(members, weighed, TODAY, told_apart)
    assert [(transfer.from_id, transfer.to_id, transfer.amount) for transfer in made.transfers] == [
        *largest_first(
            members, {place.portfolio_id: place.target for place in made.places}, told_apart
        )
    ]
    left = {place.portfolio_id: place.equity - place.target for place in made.places}
    cash = {owner.portfolio_id: owner.cash for owner in members}
    for transfer in made.transfers:
        assert frozenset((transfer.from_id, transfer.to_id)) in told_apart
        left[transfer.from_id] -= transfer.amount
        left[transfer.to_id] += transfer.amount
        cash[transfer.from_id] -= transfer.amount
        assert transfer.amount > 0
        assert left[transfer.from_id] >= 0 >= left[transfer.to_id]
        assert cash[transfer.from_id] >= 0
    assert made.held_back >= 0
    everyone = {frozenset((a, b)) for a in left for b in left if a != b}
    assert plan(members, weighed, TODAY, everyone).transfers == transfers(members, weighed, TODAY)
