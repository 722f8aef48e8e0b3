"""Risk and return: volatility, Sharpe, Sortino and Calmar ratio of daily time-weighted returns.

365 days a year: these markets never close. Null under 30 days, and where the deviation is below
1e-9, which is rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from prescient.core.performance.drawdown import Drawdowns
from prescient.core.performance.figures import (
    DAYS_A_YEAR,
    LEAST_DAYS,
    LEAST_DEVIATION,
    BoolArray,
    Figures,
    FloatArray,
    Reason,
    figures,
    quotient,
    rates,
)
from prescient.core.performance.series import DailySeries


def daily_rate(annual_rate: float) -> float:
    """The risk-free return of a day from that of a year r: (1 + r)^(1/365) − 1; 0.01 is 1%."""
    return float((1.0 + annual_rate) ** (1.0 / DAYS_A_YEAR) - 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Mean, sample standard deviation and downside deviation of daily returns, one a row."""

    too_few: BoolArray
    excess: FloatArray
    deviation: FloatArray
    downside: FloatArray

    @classmethod
    def of(cls, series: DailySeries, risk_free: float) -> Self:
        """Moments of the returns over the daily rate `risk_free`.

        deviation = √(Σ (r − mean)² / (n − 1)); downside = √(Σ min(r − risk_free, 0)² / n).
        """
        segments, count = series.segments, series.lengths.astype(np.float64)
        mean = segments.sums(series.returns) / count
        squares = segments.sums((series.returns - mean[:, None]) ** 2)
        below = segments.sums(np.minimum(series.returns - risk_free, 0.0) ** 2)
        return cls(
            too_few=series.lengths < LEAST_DAYS,
            excess=mean - risk_free,
            deviation=np.sqrt(squares / np.maximum(count - 1.0, 1.0)),
            downside=np.sqrt(below / count),
        )

    def volatility(self) -> Figures:
        """Standard deviation of the daily returns × √365, a fraction a year. Null under 30 days."""
        return figures(self.deviation * _ROOT, (self.too_few, Reason.TOO_FEW_DAYS))

    def sharpe_ratio(self) -> Figures:
        """Mean daily return over the risk-free rate / standard deviation × √365.

        Source: W. F. Sharpe, The Sharpe ratio, Journal of Portfolio Management 21 (1994).
        """
        return self._ratio(self.deviation)

    def sortino_ratio(self) -> Figures:
        """Mean daily return over the risk-free rate / downside deviation × √365.

        The target is the risk-free rate, and days above it count as 0. Source: F. A. Sortino and
        L. N. Price, Performance measurement in a downside risk framework, Journal of Investing 3
        (1994).
        """
        return self._ratio(self.downside)

    def _ratio(self, deviation: FloatArray) -> Figures:
        return rates(
            quotient(self.excess, deviation) * _ROOT,
            (self.too_few, Reason.TOO_FEW_DAYS),
            (deviation < LEAST_DEVIATION, Reason.NO_DEVIATION),
        )


_ROOT = float(np.sqrt(DAYS_A_YEAR))


def calmar_ratio(annual_return: Figures, drawdowns: Drawdowns) -> Figures:
    """Compound return a year / maximum drawdown, both fractions.

    Null under 30 days and without a drawdown. Source: T. W. Young, Calmar ratio: a smoother tool,
    Futures 20 (1991), here over the whole series.
    """
    return rates(
        quotient(annual_return.values, drawdowns.fractions),
        (drawdowns.index.series.lengths < LEAST_DAYS, Reason.TOO_FEW_DAYS),
        (annual_return.codes > 0, Reason.TOO_LARGE),
        (~drawdowns.exist, Reason.NO_DRAWDOWN),
    )
