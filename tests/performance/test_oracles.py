"""Every metric equals that of empyrical-reloaded and of ffn, within 1e-9."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from prescient.core.performance.metrics import performance
from prescient.core.performance.returns import monthly_returns
from prescient.core.performance.series import DailySeries, EquityPoint
from prescient.core.performance.trading import ClosedPositions
from tests.performance.histories import at_day, random_walks, recorded_walks, series
from tests.performance.oracles import RISK_FREE_DAY, Answers, Oracle
from tests.polymarket.recorded import needs_recordings

TOLERANCE = 1e-9
SIMULATED = 1_000
LIBRARIES: dict[str, Answers] = {"empyrical": Oracle.empyrical, "ffn": Oracle.ffn}


def _series(walks: Sequence[Sequence[Decimal]]) -> DailySeries:
    """A portfolio a walk, all ending on one day; the first return is the second price's."""
    longest = max(map(len, walks))
    points: list[EquityPoint] = []
    for number, (first, *others) in enumerate(walks):
        begin = longest - len(walks[number])
        points.append(EquityPoint(number, at_day(begin, 0), first))
        points += (EquityPoint(number, at_day(begin + k), value) for k, value in enumerate(others))
    return series(points)


def differences(walks: Sequence[Sequence[Decimal]], answers: Answers) -> dict[str, float]:
    """The largest difference of each metric, relative where it is above 1."""
    largest: dict[str, float] = {}
    ours = performance(_series(walks), ClosedPositions.of([]), [], RISK_FREE_DAY)
    for walk, found in zip(walks, ours, strict=True):
        for name, theirs in answers(Oracle(walk)).items():
            own = getattr(found, name)
            if name == "max_drawdown":
                own = own.fraction if own else 0.0
            if own is not None:
                difference = abs(own - theirs) / max(1.0, abs(theirs))
                largest[name] = max(largest.get(name, 0.0), difference)
    return largest


@pytest.mark.parametrize("library", LIBRARIES)
def test_random_walks(library: str) -> None:
    found = differences(list(random_walks(SIMULATED, seed=1)), LIBRARIES[library])
    assert len(found) >= 6
    assert max(found.values()) < TOLERANCE, found


@needs_recordings
@pytest.mark.parametrize("library", LIBRARIES)
def test_recorded_prices(library: str) -> None:
    found = differences(list(recorded_walks()), LIBRARIES[library])
    assert len(found) >= 6
    assert max(found.values()) < TOLERANCE, found


def test_months() -> None:
    for walk in random_walks(20, seed=2):
        ours = [month.rate for month in monthly_returns(_series([walk]), 0)]
        assert ours == pytest.approx(Oracle(walk).months(), abs=TOLERANCE)
