"""No number of a portfolio changes by a bit when another portfolio is added."""

from __future__ import annotations

from decimal import Decimal as D

import numpy as np
import pytest

from prescient.core.performance.metrics import Performance
from prescient.core.performance.series import EquityPoint
from prescient.core.performance.trading import ClosedPosition
from tests.performance.histories import at_day, measured, of_days, random_walks

WALKS = list(random_walks(40, seed=5))
LAST = max(map(len, WALKS))


def _points(number: int) -> list[EquityPoint]:
    return of_days(list(map(str, WALKS[number])), portfolio_id=number)


def _positions(number: int) -> list[ClosedPosition]:
    random = np.random.default_rng(number)
    return [
        ClosedPosition(number, at_day(0), at_day(1 + place), D(int(pnl)).scaleb(-2))
        for place, pnl in enumerate(random.integers(-5000, 5000, number * 7))
    ]


@pytest.fixture(scope="module")
def together() -> dict[int, Performance]:
    numbers = range(len(WALKS))
    points = [point for number in numbers for point in _points(number)]
    positions = [closed for number in numbers for closed in _positions(number)]
    return {found.portfolio_id: found for found in measured(points, positions, last=LAST)}


@pytest.mark.parametrize("number", range(0, len(WALKS), 3))
def test_alone_and_among_others_it_is_equal_to_the_last_bit(
    together: dict[int, Performance], number: int
) -> None:
    (alone,) = measured(_points(number), _positions(number), last=LAST)
    assert repr(alone) == repr(together[number])


def test_a_longer_history_of_another_changes_nothing(together: dict[int, Performance]) -> None:
    older = of_days([100 + number % 7 for number in range(2_000)], portfolio_id=99)
    early = [point._replace(at=point.at.replace(year=2020)) for point in older[:365]]
    found = measured([*_points(0), *early], last=LAST)
    assert repr(found[0]) == repr(together[0])
