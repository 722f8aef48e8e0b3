"""Daily time-weighted returns, windows and months, by hand."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from prescient.core.performance.figures import Reason
from prescient.core.performance.returns import (
    MonthlyReturn,
    growth_index,
    monthly_returns,
    window_return,
)
from prescient.core.performance.series import EquityPoint
from tests.performance.histories import at_day, day, measured, of_days, series


def test_a_day_chains_its_points_and_one_without_a_point_returns_nothing() -> None:
    points = [
        EquityPoint(1, at_day(0, 9), D(1000)),
        EquityPoint(1, at_day(0, 10), D(1100)),
        EquityPoint(1, at_day(0, 23), D(1045)),
        EquityPoint(1, at_day(3, 0), D(2090), invested=D(90)),
    ]
    daily = series(points, last=4)
    assert daily.returns_of(1).tolist() == pytest.approx([0.045, 0, 0, 1, 0], abs=1e-15)
    assert daily.equity[0, :5].tolist() == [104500, 104500, 104500, 209000, 209000]
    assert daily.invested[0, :5].tolist() == [0, 0, 0, 9000, 9000]
    assert daily.first_day_of(1) == day(0)


def test_a_point_at_midnight_belongs_to_the_day_that_begins() -> None:
    daily = series([EquityPoint(1, at_day(0, 23), D(100)), EquityPoint(1, at_day(0, 24), D(110))])
    assert daily.returns_of(1).tolist() == pytest.approx([0, 0.1])


def test_a_flow_is_no_return() -> None:
    points = [
        EquityPoint(1, at_day(0), D(1000)),
        EquityPoint(1, at_day(1, 1), D(900)),
        EquityPoint(1, at_day(1, 2), D(1900), flow=D(1000)),
        EquityPoint(1, at_day(1, 3), D(950), flow=D(-950)),
        EquityPoint(1, at_day(1, 4), D(1045)),
    ]
    daily = series(points)
    assert daily.returns_of(1).tolist() == pytest.approx([0, 0.9 * 1.1 - 1], abs=1e-15)
    assert daily.flows[0, :2].tolist() == [0, 5000]


def test_zero_equity_ends_the_series() -> None:
    points = [*of_days([100, 50, 0]), EquityPoint(1, at_day(3), D(80), flow=D(80))]
    assert series(points, last=9).returns_of(1).tolist() == [0, -0.5, -1]
    (found,) = measured(points, last=9)
    assert (found.days, found.return_all_time) == (3, -1)


def test_points_after_the_last_day_are_not_seen() -> None:
    daily = series([*of_days([100, 110, 121]), *of_days([5, 5, 5, 7], portfolio_id=2)[3:]], last=1)
    assert daily.portfolio_ids.tolist() == [1]
    assert daily.returns_of(1).tolist() == pytest.approx([0, 0.1])
    with pytest.raises(KeyError):
        daily.returns_of(2)


def test_nobody_has_points() -> None:
    assert series([EquityPoint(1, at_day(5), D(1))], last=0).returns.shape == (0, 1)


def test_returns_over_windows() -> None:
    (found,) = measured(of_days([100, 110, 99, 99, 99, 99, 99, 99, 108.9]))
    assert found.return_1d == pytest.approx(0.1)
    assert found.return_7d == pytest.approx(-0.01)
    assert found.return_30d is None
    assert found.reasons["return_30d"] is Reason.YOUNGER_THAN_WINDOW
    assert found.return_all_time == pytest.approx(0.089)


def test_a_window_begins_at_the_first_point_at_the_earliest() -> None:
    index = growth_index(series(of_days([100, 110])))
    assert window_return(index, 2).optional() == pytest.approx([0.1])
    assert window_return(index, 3).optional() == [None]


def test_monthly_returns() -> None:
    points = [
        EquityPoint(1, at_day(30), D(100)),
        EquityPoint(1, at_day(30, 13), D(110)),
        EquityPoint(1, at_day(31), D(121)),
        EquityPoint(1, at_day(58), D(242)),
        EquityPoint(1, at_day(59), D(121)),
    ]
    months = monthly_returns(series(points), 1)
    assert [month[:2] + month[3:] for month in months] == [
        (2026, 1, 1),
        (2026, 2, 28),
        (2026, 3, 1),
    ]
    assert [month.rate for month in months] == pytest.approx([0.1, 1.2, -0.5])
    assert isinstance(months[0], MonthlyReturn)
