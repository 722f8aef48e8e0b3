"""The automatic block length equals that of `arch`, and Student's t that of scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from prescient.core.performance.block_length import optimal_block_lengths
from prescient.core.performance.student import student_cdf, student_quantile


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of arch, at lags as long as the series
@pytest.mark.parametrize("days", [10, 12, 30, 31, 90, 101, 365])
@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.9, -0.4])
def test_block_lengths_are_those_of_arch(days: int, correlation: float) -> None:
    # It takes seconds to import, with all its models of volatility.
    from arch.bootstrap import optimal_block_length

    rows = np.random.default_rng(days).standard_normal((12, days))
    for day in range(1, days):
        rows[:, day] += correlation * rows[:, day - 1]
    theirs = [max(1.0, optimal_block_length(row)["stationary"].iloc[0]) for row in rows]
    assert optimal_block_lengths(rows) == pytest.approx(theirs, abs=1e-9)


def test_a_row_that_does_not_vary_has_blocks_of_a_day() -> None:
    assert optimal_block_lengths(np.ones((1, 30))).tolist() == [1]


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 8, 20, 99, 364])
def test_students_t_is_that_of_scipy(freedom: int) -> None:
    for ratio in (-30.0, -2.0, 0.0, 0.3, 2.5):
        assert student_cdf(ratio, freedom) == pytest.approx(stats.t.cdf(ratio, freedom), abs=1e-13)
    for probability in (0.6, 0.8, 0.975, 0.999):
        theirs = stats.t.ppf(probability, freedom)
        assert student_quantile(probability, freedom) == pytest.approx(theirs, rel=1e-9)
