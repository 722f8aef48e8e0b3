"""How much history a difference needs: what these days can show, and how many more it takes."""

from __future__ import annotations

import math

from prescient.core.performance.long_run import MOST_COSINES, cosine_count
from prescient.core.performance.student import student_quantile

POWER = 0.8
MOST_DAYS = 3650
"""Ten years: a plan for longer is none."""
LEAST_MEAN = 1e-12
"""A smaller mean is rounding, of which nothing can be planned."""


def errors_needed(freedom: int) -> float:
    """By how many standard errors a mean must lie off zero to be told in 80% of all histories.

    t(0.975) + t(0.8), Student's with `freedom` degrees of freedom. Source: J. Cohen, Statistical
    power analysis for the behavioral sciences (1988).
    """
    return student_quantile(0.975, freedom) + student_quantile(POWER, freedom)


def detectable(standard_error: float, freedom: int) -> float:
    """Return the smallest true mean that 80% of all histories would tell from zero."""
    return errors_needed(freedom) * standard_error


def median_error(standard_error: float, freedom: int) -> float:
    """A standard error that half of all histories estimate too high, and half too low.

    The square of an estimated one follows χ² / freedom, whose median is (1 − 2 / (9 freedom))³.
    Source: E. B. Wilson and M. M. Hilferty, The distribution of chi-square, Proceedings of the
    National Academy of Sciences 17 (1931).
    """
    return standard_error * math.pow(1.0 - 2.0 / (9.0 * freedom), -1.5)


def days_needed(mean: float, standard_error: float, days: int) -> int | None:
    """How many days tell a mean like this from zero in 80% of all histories.

    The standard error of `days` days shrinks with √days. None beyond ten years, or where the mean
    is only rounding.
    """
    if abs(mean) < LEAST_MEAN:
        return None
    for freedom in range(cosine_count(1), MOST_COSINES + 1):
        needed = days * (errors_needed(freedom) * standard_error / mean) ** 2
        total = math.ceil(needed) if needed <= MOST_DAYS else MOST_DAYS + 1
        total = max(total, _first_days(freedom))
        if total <= MOST_DAYS and cosine_count(total) == freedom:
            return total
    return None


def _first_days(freedom: int) -> int:
    """The fewest days whose long-run variance is estimated by as many cosines."""
    low, high = 0, MOST_DAYS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if cosine_count(middle) < freedom else (low, middle)
    return high
