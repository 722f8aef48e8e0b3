"""Drawdowns of the time-weighted index: how deep, from when to when, how long under water."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from prescient.core.performance.figures import BoolArray, FloatArray, IntArray
from prescient.core.performance.returns import GrowthIndex

_ROUNDING = 1e-11


class Drawdown(NamedTuple):
    """The deepest fall of the index below its peak before.

    `fraction` of the peak, 0–1; `amount` in dollars, the P&L from the end of the peak's day to
    that of the trough's, which is what was lost were there no flows. `recovered_on` is the first
    day on which the index was back at the peak, None while it is not; `days_under_water` count
    from the peak to that day, or to the last one.
    """

    fraction: float
    amount: Decimal
    peak_on: date
    trough_on: date
    recovered_on: date | None
    days_under_water: int


@dataclass(frozen=True, slots=True, eq=False)
class Drawdowns:
    """The deepest drawdown of each row, columns of the index for its days, and the present one.

    `fractions`, `present` are of the peak, 0–1; 0 where there is none. `amounts` are in cents.
    """

    index: GrowthIndex
    fractions: FloatArray
    amounts: FloatArray
    peaks: IntArray
    troughs: IntArray
    recoveries: IntArray
    """The column of the recovery; one after the last where there is none."""
    present: FloatArray
    present_days: IntArray
    """Days since the newest peak."""

    @property
    def exist(self) -> BoolArray:
        return self.fractions > 0.0

    @property
    def days_under_water(self) -> IntArray:
        ends = np.minimum(self.recoveries, self.index.series.lengths)
        return np.where(self.exist, ends - self.peaks, 0)

    def deepest(self) -> list[Drawdown | None]:
        """The deepest drawdown of each row; None where there was none."""
        # The beginning of the index is on its first day, and so is that day's end.
        first = self.index.series.first_days - 1
        days = (first + np.maximum(column, 1) for column in (self.peaks, self.troughs))
        recovered = np.where(self.recoveries <= self.index.series.lengths, self.recoveries, 0)
        columns = (
            self.fractions,
            self.amounts.astype(np.int64),
            *days,
            np.where(recovered > 0, first + recovered, 0),
            self.days_under_water,
        )
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return [_drawdown(row) if row[0] > 0.0 else None for row in rows]


def _drawdown(row: tuple[float, int, int, int, int, int]) -> Drawdown:
    fraction, cents, peak, trough, recovered, under_water = row
    return Drawdown(
        fraction,
        Decimal(cents).scaleb(-2),
        date.fromordinal(peak),
        date.fromordinal(trough),
        date.fromordinal(recovered) if recovered else None,
        under_water,
    )


def drawdowns(index: GrowthIndex) -> Drawdowns:
    """Find the deepest drawdown of each row: max of 1 − index / highest index before.

    The beginning of the series counts as a peak. Source: Magdon-Ismail and Atiya, Maximum
    drawdown, Risk 17 (2004).
    """
    falls = fall_below_peak(index)
    columns = np.arange(falls.shape[1])
    newest_peaks = np.maximum.accumulate(np.where(falls == 0.0, columns, 0), axis=1)
    rows = np.arange(len(falls))
    troughs = falls.argmax(axis=1)
    peaks = newest_peaks[rows, troughs]
    back = (newest_peaks > troughs[:, None]) & (columns <= index.series.lengths[:, None])
    lengths = index.series.lengths
    return Drawdowns(
        index=index,
        fractions=falls[rows, troughs],
        amounts=_lost(index, peaks, troughs),
        peaks=peaks,
        troughs=troughs,
        recoveries=np.where(back.any(axis=1), back.argmax(axis=1), lengths + 1),
        present=falls[rows, lengths],
        present_days=lengths - newest_peaks[rows, lengths],
    )


def fall_below_peak(index: GrowthIndex) -> FloatArray:
    """How far the index lies below its highest before, a fraction 0–1, as `index.values`.

    Below 1e-11 it is 0: the roundings of the chain alone reach that size.
    """
    falls = 1.0 - index.values / np.maximum.accumulate(index.values, axis=1)
    falls[falls < _ROUNDING] = 0.0
    return falls


def _lost(index: GrowthIndex, peaks: IntArray, troughs: IntArray) -> FloatArray:
    """The P&L in cents that went from the peak to the trough: profits are whole cents, so exact."""
    series = index.series
    rows = np.arange(len(peaks))
    equity = np.column_stack((series.opening, series.equity))
    flows = np.zeros_like(equity)
    np.cumsum(series.flows, axis=1, out=flows[:, 1:])
    profits = equity - flows
    return profits[rows, peaks] - profits[rows, troughs]
