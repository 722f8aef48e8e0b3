"""Time-weighted returns over windows and months, and the index that they chain to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

import numpy as np

from prescient.core.performance.figures import (
    DAYS_A_YEAR,
    LEAST_DAYS,
    Figures,
    FloatArray,
    Reason,
    rates,
)
from prescient.core.performance.series import DailySeries


class MonthlyReturn(NamedTuple):
    """The time-weighted return of a month, of which `days` days are in the series; 0.01 is 1%."""

    year: int
    month: int
    rate: float
    days: int


@dataclass(frozen=True, slots=True, eq=False)
class GrowthIndex:
    """What a dollar at the first point became: column 0 is 1, column k the end of day k.

    Beyond the end of a row it stays what it was. No flow moves it.
    """

    series: DailySeries
    values: FloatArray

    @property
    def last(self) -> FloatArray:
        return self.values[:, -1]

    def days_before_last(self, days: int) -> FloatArray:
        """The index `days` days before the end of each row; its beginning where that is later."""
        columns = np.maximum(self.series.lengths - days, 0)
        return self.values[np.arange(len(columns)), columns]


def growth_index(series: DailySeries) -> GrowthIndex:
    """Return Π (1 + return of the day), from 1."""
    values = np.ones(series.returns.shape)
    np.multiply.accumulate(1.0 + series.returns[:, :-1], axis=1, out=values[:, 1:])
    return GrowthIndex(series, values)


def window_return(index: GrowthIndex, days: int) -> Figures:
    """Time-weighted return over the last `days` days: index / index before − 1; 0.01 is 1%.

    Null where the portfolio has fewer days.
    """
    young = index.series.lengths < days
    return rates(
        index.last / index.days_before_last(days) - 1.0, (young, Reason.YOUNGER_THAN_WINDOW)
    )


def total_return(index: GrowthIndex) -> Figures:
    """Time-weighted return since the first point: index − 1; 0.01 is 1%."""
    return rates(index.last - 1.0)


def annual_return(index: GrowthIndex) -> Figures:
    """Compound return a year: index^(365 / days) − 1; 0.01 is 1%. Null under 30 days.

    Source: CFA Institute, Global Investment Performance Standards (2020).
    """
    lengths = index.series.lengths
    # Python's power, one by one: numpy's may differ in the last bit with the array's length.
    compound = [
        _power(last, DAYS_A_YEAR / days) - 1.0 if days >= LEAST_DAYS else 0.0
        for last, days in zip(index.last.tolist(), lengths.tolist(), strict=True)
    ]
    return rates(np.array(compound), (lengths < LEAST_DAYS, Reason.TOO_FEW_DAYS))


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf


def monthly_returns(series: DailySeries, portfolio_id: int) -> list[MonthlyReturn]:
    """The time-weighted return of each calendar month, UTC: Π (1 + return of the day) − 1."""
    first = series.first_day_of(portfolio_id)
    returns = series.returns_of(portfolio_id).tolist()
    days = ((first + timedelta(days=number), rate) for number, rate in enumerate(returns))
    return [_month(list(month)) for _, month in groupby(days, lambda day: day[0].replace(day=1))]


def _month(days: list[tuple[date, float]]) -> MonthlyReturn:
    growth = 1.0
    for _, rate in days:
        growth *= 1.0 + rate
    return MonthlyReturn(days[0][0].year, days[0][0].month, growth - 1.0, len(days))
