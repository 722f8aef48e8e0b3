"""Deposits, withdrawals and transfers never count as performance."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prescient.core.performance.series import EquityPoint
from tests.performance.histories import at_day, measured, series

CAPITAL = 2**16
"""Cents: it can be halved twice on each of eight days."""
moves = st.lists(
    st.tuples(
        st.sampled_from([D("0.5"), D(1), D("1.5"), D(2)]),
        st.sampled_from([None, D("0.5"), D("1.5"), D(2)]),
    ),
    min_size=1,
    max_size=8,
)
Moves = list[tuple[D, D | None]]


def _history(moves: Moves, *, flows: bool) -> list[EquityPoint]:
    """Each day the equity grows by a factor, and then flows make it a multiple of itself."""
    equity = D(CAPITAL) / 100
    points = [EquityPoint(1, at_day(0, 0), equity)]
    for number, (growth, multiple) in enumerate(moves):
        equity *= growth
        points.append(EquityPoint(1, at_day(number, 10), equity))
        if flows and multiple is not None:
            flow = equity * (multiple - 1)
            equity += flow
            points.append(EquityPoint(1, at_day(number, 11), equity, flow))
    return points


@given(moves)
def test_the_return_is_the_same_with_and_without_flows(moves: Moves) -> None:
    (without,), (moved,) = (measured(_history(moves, flows=flows)) for flows in (False, True))
    for name in ("return_1d", "return_all_time", "present_drawdown"):
        assert getattr(moved, name) == pytest.approx(getattr(without, name), rel=1e-14, abs=1e-14)


@given(moves)
def test_flows_alone_return_exactly_nothing(moves: Moves) -> None:
    points = _history([(D(1), multiple) for _, multiple in moves], flows=True)
    assert not series(points).returns.any()
