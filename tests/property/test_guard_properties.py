"""Rule of docs/guards.md: no flow and no other portfolio's loss sets a guard off."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from prescient.core.portfolio.guards import Guard, Standing, alert

cents = st.integers(-5_000_000, 5_000_000).map(lambda number: D(number) / 100)
moves = st.lists(st.tuples(st.booleans(), cents), max_size=30)
guards = st.builds(
    Guard,
    st.none() | st.integers(1, 10_000_000).map(lambda number: D(number) / 100),
    st.none() | st.integers(1, 10_000).map(lambda number: D(number) / 100),
)


def start(equity: D = D(10_000)) -> Standing:
    return Standing(equity, D(0), equity, D(0))


def follow(steps: list[tuple[bool, D]]) -> list[Standing]:
    """Standings after each P&L and each flow that leaves something."""
    path = [start()]
    for is_flow, amount in steps:
        now = path[-1]
        if now.equity + amount <= 0:
            continue
        if is_flow:
            path.append(now.after_flow(amount))
        else:
            path.append(now.after(now.equity + amount, now.profit + amount))
    return path


@given(moves, guards, cents)
def test_no_flow_makes_a_guard_more_alarmed(
    steps: list[tuple[bool, D]], guard: Guard, amount: D
) -> None:
    before = follow(steps)[-1]
    if before.equity + amount <= 0:
        return
    after = before.after_flow(amount)
    levels = [*type(alert(guard, before))]
    assert levels.index(alert(guard, after)) <= levels.index(alert(guard, before))
    assert after.drawdown == before.drawdown
    assert after.drawdown_percent <= before.drawdown_percent


@given(moves)
def test_the_fall_in_percent_is_that_of_the_chained_index(steps: list[tuple[bool, D]]) -> None:
    """The oracle: the index as a product of exact fractions, one factor for each P&L."""
    path, factors = [start()], [Fraction(1)]
    for is_flow, amount in steps:
        now = path[-1]
        if now.equity + amount <= 0:
            continue
        if is_flow:
            path.append(now.after_flow(amount))
            continue
        path.append(now.after(now.equity + amount, now.profit + amount))
        factors.append(Fraction(now.equity + amount) / Fraction(now.equity))
    index = [*accumulate(factors, lambda value, factor: value * factor)]
    fallen = 100 * (1 - index[-1] / max(index))
    assert abs(Fraction(path[-1].drawdown_percent) - fallen) <= Fraction(1, 100)


@given(moves)
def test_the_fall_in_dollars_is_that_of_the_profit(steps: list[tuple[bool, D]]) -> None:
    path = follow(steps)
    profits = [standing.profit for standing in path]
    assert path[-1].drawdown == max(profits) - profits[-1]
