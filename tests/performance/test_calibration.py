"""What is told of simulated histories is right as often as it says: a small `make calibrate`."""

from __future__ import annotations

import pytest

from benchmarks.calibration import CORRELATIONS, Cell, covered, family_errors, plan

SERIES = 1_000
FAMILIES = 100


@pytest.mark.parametrize("days", [30, 90])
@pytest.mark.parametrize("correlation", CORRELATIONS)
def test_intervals_hold_the_truth_in_95_of_100(days: int, correlation: float) -> None:
    count, share = covered(Cell(days, correlation), SERIES, seed=3)
    assert count == SERIES
    assert 0.93 < share < 0.97  # three standard errors


@pytest.mark.parametrize("correlation", CORRELATIONS)
def test_few_families_of_fifty_variants_have_one_told_falsely(correlation: float) -> None:
    assert family_errors(Cell(30, correlation), FAMILIES, seed=3) <= 0.09


def test_as_many_days_as_stated_show_the_difference_in_80_of_100() -> None:
    found = plan(Cell(30, 0.3), 500, seed=3)
    assert found.simulated == pytest.approx(found.stated, rel=0.2)
    assert 0.74 < found.power < 0.86
    assert found.median_stated == pytest.approx(found.simulated, rel=0.2)
