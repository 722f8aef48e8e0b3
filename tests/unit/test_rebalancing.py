"""Rebalancing: who drifted, and transfers that bring everybody back."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from prescient.core.portfolio.cash import Executor, Transfer
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.rebalancing import Member, drifted, drifts, transfers

TODAY = date(2026, 1, 2)


def member(
    place: int, equity: str, cash: str | None = None, threshold: str = "0.10", weight: str = "1"
) -> Member:
    spendable = D(equity if cash is None else cash)
    return Member(PortfolioId(place), D(equity), spendable, D(threshold), D(weight))


def moved(*members: Member) -> list[tuple[int, int, str]]:
    made = transfers(members, TODAY)
    return [(transfer.from_id, transfer.to_id, str(transfer.amount)) for transfer in made]


def test_drift_is_the_part_of_all_equity_beside_the_target() -> None:
    """14,000 of 20,000 is 0.70, and 0.50 is the target."""
    pair = [member(1, "14000"), member(2, "6000")]
    assert drifts(pair) == {1: D("0.2"), 2: D("-0.2")}
    assert drifted(pair) == [1, 2]
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


def test_cents_that_do_not_divide_stay_where_they_are() -> None:
    assert moved(member(1, "100.00"), member(2, "0"), member(3, "0.01", threshold="0.5")) == [
        (1, 2, "33.33"),
        (1, 3, "33.32"),
    ]


def test_without_members_or_equity_nothing_moves() -> None:
    assert moved() == []
    assert moved(member(1, "0"), member(2, "0")) == []


dollars = st.integers(0, 10**8).map(lambda number: D(number) / 100)


@given(st.lists(st.tuples(dollars, st.integers(0, 100), st.integers(1, 5)), min_size=1, max_size=8))
def test_transfers_sum_to_zero_and_leave_no_portfolio_further_off(
    rows: list[tuple[D, int, int]],
) -> None:
    members = [
        Member(PortfolioId(place), equity, equity * part / 100, D("0.01"), D(weight))
        for place, (equity, part, weight) in enumerate(rows)
    ]
    made = transfers(members, TODAY)
    change: defaultdict[PortfolioId, D] = defaultdict(D)
    for transfer in made:
        assert transfer.amount > 0
        assert transfer.amount == round(transfer.amount, 2)
        change[transfer.from_id] -= transfer.amount
        change[transfer.to_id] += transfer.amount
    assert sum(change.values()) == 0
    assert len(made) < len(members)
    before = drifts(members)
    after = drifts([_changed(member, change[member.portfolio_id]) for member in members])
    for member in members:
        assert member.cash + change[member.portfolio_id] >= 0
        assert abs(after[member.portfolio_id]) <= abs(before[member.portfolio_id]) + D("1E-20")


def _changed(member: Member, amount: D) -> Member:
    return replace(member, equity=member.equity + amount)


def test_a_transfer_names_both_sides_and_the_day() -> None:
    (only,) = transfers([member(1, "3"), member(2, "1")], TODAY)
    assert only == Transfer(
        from_id=PortfolioId(1),
        to_id=PortfolioId(2),
        amount=D("1.00"),
        key="rebalancing:2026-01-02:1:2",
        reason="rebalancing",
        executed_by=Executor.SYSTEM,
    )
