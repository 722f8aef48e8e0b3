"""Daily series of many portfolios at once, from the points of their equity.

Money is in whole cents here, as whole numbers: exact, so that a flow alone grows
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple, Self

import numpy as np

from prescient.core.money import ZERO
from prescient.core.performance.figures import BoolArray, FloatArray, IntArray
from prescient.core.performance.segments import (
    Segments,
    ends_of,
    of_rows,
    reduced,
    rows_of,
    starts_of,
)


class EquityPoint(NamedTuple):
    """What a portfolio was worth at a moment, in dollars.

    `flow` is what came in since the point before, negative where it left: deposits, withdrawals
    and transfers. It is the change of equity less the change of `total_profit_loss`.
    `invested` is the cost basis of open positions.
    """

    portfolio_id: int
    at: datetime
    equity: Decimal
    flow: Decimal = ZERO
    invested: Decimal = ZERO


@dataclass(frozen=True, slots=True, eq=False)
class EquityPoints:
    """Points as columns, sorted by portfolio and then by time; `days` are `date.toordinal`, UTC.

    Money is in cents.
    """

    portfolio_ids: IntArray
    days: IntArray
    equity: IntArray
    flows: IntArray
    invested: IntArray

    @classmethod
    def of(cls, points: Iterable[EquityPoint]) -> Self:
        """Columns of points in any order; those of one moment stay in the order given."""
        ordered = sorted(points, key=lambda point: (point.portfolio_id, point.at))
        columns = (
            (point.portfolio_id for point in ordered),
            (point.at.astimezone(UTC).toordinal() for point in ordered),
            (int(point.equity * 100) for point in ordered),
            (int(point.flow * 100) for point in ordered),
            (int(point.invested * 100) for point in ordered),
        )
        return cls(*(np.fromiter(column, np.int64, len(ordered)) for column in columns))

    def only(self, kept: BoolArray) -> EquityPoints:
        """The points where `kept` is true."""
        if kept.all():
            return self
        return EquityPoints(
            self.portfolio_ids[kept],
            self.days[kept],
            self.equity[kept],
            self.flows[kept],
            self.invested[kept],
        )


@dataclass(frozen=True, slots=True, eq=False)
class DailySeries:
    """One row a portfolio, one column a day from its own first day, UTC, as many as `lengths`.

    `returns` are the time-weighted returns of the days (0.01 is 1%), of the first day from its
    first point on; `equity` and `invested` are in cents at the end of the day, `flows` in cents
    over the day; `opening` is the equity at the first point. All is 0 beyond a row's length.
    """

    portfolio_ids: IntArray
    first_days: IntArray
    lengths: IntArray
    opening: FloatArray
    returns: FloatArray
    equity: FloatArray
    flows: FloatArray
    invested: FloatArray

    @property
    def segments(self) -> Segments:
        return of_rows(self.lengths, self.returns.shape[1])

    def row_of(self, portfolio_id: int) -> int:
        """The row of a portfolio; raises `KeyError` where it has no point."""
        row = int(np.searchsorted(self.portfolio_ids, portfolio_id))
        if row == len(self.portfolio_ids) or self.portfolio_ids[row] != portfolio_id:
            raise KeyError(portfolio_id)
        return row

    def returns_of(self, portfolio_id: int) -> FloatArray:
        """The daily returns of one portfolio."""
        row = self.row_of(portfolio_id)
        return self.returns[row, : self.lengths[row]]

    def common_window(self, portfolio_ids: Iterable[int]) -> tuple[int, int]:
        """The first day (`date.toordinal`) that all have, and how many days they share."""
        rows = np.array([self.row_of(portfolio_id) for portfolio_id in portfolio_ids])
        first = int(self.first_days[rows].max())
        return first, max(int((self.first_days[rows] + self.lengths[rows]).min()) - first, 0)

    def window(self, portfolio_id: int, first_day: int, days: int) -> FloatArray:
        """The returns of a portfolio from a day on that it has; 0 after the end of its series."""
        row = self.row_of(portfolio_id)
        own = self.returns[row, first_day - self.first_days[row] :][:days]
        return np.pad(own, (0, days - len(own)))

    def first_day_of(self, portfolio_id: int) -> date:
        return date.fromordinal(int(self.first_days[self.row_of(portfolio_id)]))


def daily_series(points: EquityPoints, last_day: date) -> DailySeries:
    """Chain the points of each portfolio to daily time-weighted returns, up to `last_day`.

    Return of a day = Π (equity − flow) / equity before − 1, over the points of the day. A point
    stands before and after each flow, so that a flow grows nothing. A day without a point has the
    return 0 and the equity of the day before. Zero equity ends the series on its day. A day ends
    before 24:00 UTC.
    Source: CFA Institute, Global Investment Performance Standards (2020), time-weighted return.
    """
    points = _until_zero(points.only(points.days <= last_day.toordinal()))
    starts = starts_of(points.portfolio_ids)
    lengths = _lengths(points, starts, last_day.toordinal())
    day_starts = starts_of(points.portfolio_ids, points.days)
    lasts = ends_of(day_starts, len(points.days)) - 1
    rows = rows_of(starts, len(points.days))[day_starts]
    columns = points.days[day_starts] - points.days[starts][rows]
    shape = (len(starts), int(lengths.max(initial=0)) + 1)
    table = _Table(shape, rows, columns, lengths)
    growth = reduced(np.multiply, _growth(points, starts), day_starts)
    return DailySeries(
        portfolio_ids=points.portfolio_ids[starts],
        first_days=points.days[starts],
        lengths=lengths,
        opening=points.equity[starts].astype(np.float64),
        returns=table.placed(growth - 1.0),
        equity=table.carried(points.equity[lasts]),
        flows=table.placed(reduced(np.add, _flows(points, starts), day_starts)),
        invested=table.carried(points.invested[lasts]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Places what the days with points have into rows of days."""

    shape: tuple[int, int]
    rows: IntArray
    columns: IntArray
    lengths: IntArray

    def placed(self, values: FloatArray | IntArray) -> FloatArray:
        table = np.zeros(self.shape[0] * self.shape[1])
        table[self.rows * self.shape[1] + self.columns] = values
        return table.reshape(self.shape)

    def carried(self, values: IntArray) -> FloatArray:
        """Placed, and on days without a point what the day before had."""
        placed = self.placed(values)
        if len(self.rows) == self.lengths.sum():
            return placed
        newest = np.zeros(self.shape, np.int64)
        newest[self.rows, self.columns] = self.columns
        np.maximum.accumulate(newest, axis=1, out=newest)
        table = np.take_along_axis(placed, newest, axis=1)
        table[np.arange(self.shape[1]) >= self.lengths[:, None]] = 0.0
        return table


def _until_zero(points: EquityPoints) -> EquityPoints:
    """The points of each portfolio up to its first one without equity."""
    zeros = np.flatnonzero(points.equity <= 0)
    if not len(zeros):
        return points
    rows = rows_of(starts_of(points.portfolio_ids), len(points.equity))
    ended, first = np.unique(rows[zeros], return_index=True)
    ends = np.full(int(rows[-1]) + 1, len(rows))
    ends[ended] = zeros[first]
    return points.only(np.arange(len(rows)) <= ends[rows])


def _lengths(points: EquityPoints, starts: IntArray, last_day: int) -> IntArray:
    lasts = ends_of(starts, len(points.days)) - 1
    ended = points.equity[lasts] <= 0
    return np.where(ended, points.days[lasts], last_day) - points.days[starts] + 1


def _growth(points: EquityPoints, starts: IntArray) -> FloatArray:
    """What each point is of the one before, without its flow; 1 at each portfolio's first."""
    before = np.ones(len(points.equity))
    before[1:] = points.equity[:-1]
    before[starts] = 1.0
    growth = (points.equity - points.flows) / before
    growth[starts] = 1.0
    return growth


def _flows(points: EquityPoints, starts: IntArray) -> IntArray:
    """The flow before each point; the series begins with each portfolio's first."""
    flows = points.flows.copy()
    flows[starts] = 0
    return flows
