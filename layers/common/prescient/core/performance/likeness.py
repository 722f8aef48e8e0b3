"""How alike portfolios are: correlation of returns, positions in common, and capacity."""

from __future__ import annotations

import math
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from prescient.core.market.books import Side
from prescient.core.money import ZERO
from prescient.core.performance.figures import LEAST_DAYS, LEAST_DEVIATION, FloatArray
from prescient.core.performance.series import DailySeries
from prescient.core.performance.student import NORMAL

_Z = NORMAL.inv_cdf(0.975)
_HALVINGS = 60


class Correlation(NamedTuple):
    """Pearson's correlation of daily returns over `days` common days, −1 to 1."""

    days: int
    value: float
    low: float
    high: float


def correlation(series: DailySeries, first_id: int, second_id: int) -> Correlation | None:
    """Correlate the daily returns of two portfolios over their common days.

    Interval: tanh(artanh(r) ± 1.96 / √(n − 3)). None under 30 days or where one does not vary.
    Source: R. A. Fisher, Biometrika 10 (1915).
    """
    first_day, days = series.common_window((first_id, second_id))
    first, second = (series.window(number, first_day, days) for number in (first_id, second_id))
    if days < LEAST_DAYS or min(first.std(), second.std()) < LEAST_DEVIATION:
        return None
    first, second = first - first.mean(), second - second.mean()
    scale = math.sqrt(float((first**2).sum()) * float((second**2).sum()))
    value = max(-1.0, min(1.0, float((first * second).sum()) / scale))
    if abs(value) == 1.0:
        return Correlation(days, value, value, value)
    middle, margin = math.atanh(value), _Z / math.sqrt(days - 3)
    return Correlation(days, value, math.tanh(middle - margin), math.tanh(middle + margin))


def in_common(first: AbstractSet[Side], second: AbstractSet[Side]) -> float | None:
    """The share of positions, as market and outcome, that both held: |A ∩ B| / |A ∪ B|, 0–1.

    None where neither held any. Source: P. Jaccard, New Phytologist 11 (1912).
    """
    together = len(first | second)
    return len(first & second) / together if together else None


class Demand(NamedTuple):
    """What portfolios together wanted to buy of one outcome in one cycle, in dollars.

    `offered` is what the book held at prices that they might have paid.
    """

    wanted: Decimal
    offered: Decimal


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much larger all purchases could have been before the books no longer filled them.

    `multiple` is the factor up to which at least 95% of the dollars are filled, `dollars` what is
    then bought of one outcome in one cycle on average. `filled_now` is the part, 0–1, that the
    books fill at factor 1. `purchases` is how many demands all this was found from.
    """

    purchases: int
    multiple: float
    dollars: Decimal
    filled_now: float


def capacity(demands: Iterable[Demand], filled: float = 0.95) -> Capacity | None:
    """Find the factor by which the purchases of all portfolios can grow; None without a purchase.

    Share filled at a factor m = Σ min(m × wanted, offered) / Σ m × wanted, which falls with m.
    """
    made = [demand for demand in demands if demand.wanted > ZERO]
    if not made:
        return None
    wanted = np.array([float(demand.wanted) for demand in made])
    offered = np.array([float(demand.offered) for demand in made])
    multiple = _largest_multiple(wanted, offered, filled)
    mean = sum((demand.wanted for demand in made), ZERO) / len(made)
    return Capacity(
        purchases=len(made),
        multiple=multiple,
        dollars=round(mean * Decimal(multiple), 2),
        filled_now=float(np.minimum(wanted, offered).sum() / wanted.sum()),
    )


def _largest_multiple(wanted: FloatArray, offered: FloatArray, filled: float) -> float:
    """Halve the range in which the share that is filled falls below `filled`."""
    low, high = 0.0, float(offered.sum() / wanted.sum()) / filled
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        enough = float(np.minimum(middle * wanted, offered).sum()) >= filled * middle * wanted.sum()
        low, high = (middle, high) if enough else (low, middle)
    return low
