"""Drawdowns of the time-weighted index, by hand."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from prescient.core.performance.drawdown import Drawdown
from prescient.core.performance.figures import Reason
from prescient.core.performance.series import EquityPoint
from tests.performance.histories import at_day, day, measured, of_days


def test_the_deepest_one_with_its_days() -> None:
    (found,) = measured(of_days([100, 90, 120, 120, 60, 90, 120, 118]))
    assert found.max_drawdown == Drawdown(
        fraction=0.5,
        amount=D(60),
        peak_on=day(3),
        trough_on=day(4),
        recovered_on=day(6),
        days_under_water=3,
    )
    assert found.present_drawdown == pytest.approx(2 / 120)
    assert found.days_since_peak == 1


def test_one_that_lasts_and_began_with_the_series() -> None:
    points = [EquityPoint(1, at_day(0, 1), D(100)), *of_days([80, 90, 70, 75])]
    (found,) = measured(points, last=5)
    fall = found.max_drawdown
    assert fall is not None
    assert (fall.peak_on, fall.trough_on, fall.recovered_on) == (day(0), day(2), None)
    assert (fall.amount, fall.days_under_water) == (D(30), 6)
    assert fall.fraction == pytest.approx(0.3)


def test_a_withdrawal_is_none() -> None:
    points = [*of_days([100, 110]), EquityPoint(1, at_day(1, 13), D(50), flow=D(-60))]
    (found,) = measured([*points, EquityPoint(1, at_day(2), D(55))])
    assert found.max_drawdown is None
    assert found.reasons["max_drawdown"] is Reason.NO_DRAWDOWN
    assert (found.present_drawdown, found.days_since_peak) == (0, 0)


def test_what_was_lost_leaves_out_what_came_in() -> None:
    points = [*of_days([100, 80]), EquityPoint(1, at_day(1, 13), D(180), flow=D(100))]
    (found,) = measured([*points, EquityPoint(1, at_day(2), D(90))])
    assert found.max_drawdown is not None
    assert found.max_drawdown.fraction == pytest.approx(0.6)
    assert found.max_drawdown.amount == D(110)
