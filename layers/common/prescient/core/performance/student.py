"""Student's t distribution and the normal one, for whole degrees of freedom."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

NORMAL = NormalDist()
_HIGHEST = 1e6


def student_cdf(ratio: float, freedom: int) -> float:
    """The probability that Student's t with `freedom` degrees of freedom is at most `ratio`.

    Source: Abramowitz and Stegun, Handbook of mathematical functions (1964), 26.7.3 and 26.7.4.
    """
    angle = math.atan2(ratio, math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2 == 1
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for step in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine**2 * (step - 1) / step
        total += term
    between = 2.0 / math.pi * (angle + sine * total) if odd else sine * total
    return 0.5 * (1.0 + between)


@lru_cache(maxsize=4096)
def student_quantile(probability: float, freedom: int) -> float:
    """The t that Student's t is at most with `probability`, above ½ and below 1; by bisection."""
    low, high = 0.0, _HIGHEST
    while high - low > 1e-12 * (1.0 + high):
        middle = (low + high) / 2.0
        if student_cdf(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return high
