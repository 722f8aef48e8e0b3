"""Correlation, positions in common and capacity."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from scipy import stats

from prescient.core.market.markets import MarketId, Outcome
from prescient.core.performance.likeness import Demand, capacity, correlation, in_common
from tests.performance.histories import of_days, series
from tests.performance.test_comparison import walks


def test_correlation_is_that_of_scipy() -> None:
    found = walks(0.0, 0.0, noise=0.02)
    ours = correlation(found, 0, 1)
    assert ours is not None
    theirs = stats.pearsonr(found.returns_of(0), found.returns_of(1))
    low, high = theirs.confidence_interval(0.95)
    assert ours[1:] == pytest.approx((theirs.statistic, low, high), abs=1e-12)
    assert ours.days == 60
    mirrored = correlation(found, 1, 0)
    assert mirrored == ours


def test_correlation_with_itself_is_one() -> None:
    found = correlation(walks(0.0), 0, 0)
    assert found is not None
    assert found.value == pytest.approx(1)


def test_no_correlation_of_few_days_or_of_what_does_not_move() -> None:
    assert correlation(walks(0.0, 0.0, days=29), 0, 1) is None
    points = [*of_days([100] * 40, 0), *of_days(range(1, 41), 1)]
    assert correlation(series(points), 0, 1) is None


def test_positions_in_common() -> None:
    yes, no = ((MarketId("m"), outcome) for outcome in (Outcome.YES, Outcome.NO))
    other = (MarketId("n"), Outcome.YES)
    assert in_common({yes, other}, {yes, no}) == pytest.approx(1 / 3)
    assert in_common({yes}, {yes}) == 1
    assert in_common({yes}, {no}) == 0
    assert in_common(set(), set()) is None


def test_capacity_is_how_far_all_can_grow_until_a_twentieth_finds_no_offer() -> None:
    found = capacity([Demand(D(100), D(1000)), Demand(D(100), D(1000)), Demand(D(0), D(9))])
    assert found is not None
    assert found.multiple == pytest.approx(10 / 0.95)
    assert (found.filled_now, found.dollars) == (1, D("1052.63"))
    # At a factor of m > 1: (100 m + 100) / 200 m = 0.95
    tight = capacity([Demand(D(100), D(1000)), Demand(D(100), D(100))])
    assert tight is not None
    assert tight.multiple == pytest.approx(1 / 0.9)
    assert tight.filled_now == 1


def test_capacity_where_the_books_do_not_fill_todays_purchases() -> None:
    found = capacity([Demand(D(100), D(40))])
    assert found is not None
    assert found.filled_now == pytest.approx(0.4)
    assert found.multiple == pytest.approx(0.4 / 0.95)
    assert capacity([]) is None
