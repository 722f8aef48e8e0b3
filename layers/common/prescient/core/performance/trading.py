"""What closed positions and the costs of trading say of portfolios."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from prescient.core.money import ZERO
from prescient.core.performance.figures import (
    DAYS_A_YEAR,
    LEAST_DAYS,
    BoolArray,
    Figures,
    FloatArray,
    IntArray,
    Reason,
    figures,
    quotient,
    rates,
)
from prescient.core.performance.segments import Number, ends_of, reduced, rows_of, starts_of
from prescient.core.performance.series import DailySeries


class ClosedPosition(NamedTuple):
    """A position that holds no share any more; `realized_pnl` in dollars, over all of its exits."""

    portfolio_id: int
    opened_at: datetime
    closed_at: datetime
    realized_pnl: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class ClosedPositions:
    """Closed positions as columns, sorted by portfolio and then by the time of closing.

    `pnl` is in cents, `held` in seconds.
    """

    portfolio_ids: IntArray
    pnl: IntArray
    held: FloatArray

    @classmethod
    def of(cls, positions: Iterable[ClosedPosition]) -> Self:
        """Columns of positions in any order; those closed at once stay in the order given."""
        ordered = sorted(positions, key=lambda closed: (closed.portfolio_id, closed.closed_at))
        held = [(closed.closed_at - closed.opened_at).total_seconds() for closed in ordered]
        return cls(
            np.array([closed.portfolio_id for closed in ordered], np.int64),
            np.array([int(closed.realized_pnl * 100) for closed in ordered], np.int64),
            np.array(held, np.float64),
        )

    def only(self, kept: BoolArray) -> ClosedPositions:
        """The positions where `kept` is true."""
        return ClosedPositions(self.portfolio_ids[kept], self.pnl[kept], self.held[kept])


class TradedSums(NamedTuple):
    """Sums over the trades and exits of a portfolio, in dollars.

    `bought` is Σ amount, `sold` Σ proceeds, both without fees; `slippage` is
    Σ shares × (fill price − target price) over the buys, positive where they paid more.
    """

    portfolio_id: int
    bought: Decimal
    sold: Decimal
    fees: Decimal
    slippage: Decimal


NOTHING_TRADED = TradedSums(0, ZERO, ZERO, ZERO, ZERO)


@dataclass(frozen=True, slots=True, eq=False)
class ClosedRecord:
    """Counts and sums over closed positions, one row a portfolio; money in cents."""

    count: IntArray
    wins: IntArray
    losses: IntArray
    gross_profit: IntArray
    gross_loss: IntArray
    held: FloatArray
    longest_wins: IntArray
    longest_losses: IntArray
    current_run: IntArray

    @classmethod
    def of(cls, positions: ClosedPositions, portfolio_ids: IntArray) -> Self:
        """Sum up the positions of these portfolios, whose ids are sorted.

        A position closed at exactly its cost neither wins nor loses, and ends a run. `current_run`
        is negative while losing.
        """
        known = positions.only(np.isin(positions.portfolio_ids, portfolio_ids))
        starts = starts_of(known.portfolio_ids)
        place = _Place(
            np.searchsorted(portfolio_ids, known.portfolio_ids[starts]), len(portfolio_ids), starts
        )
        signs = np.sign(known.pnl)
        runs = _runs(known.portfolio_ids, signs)
        return cls(
            count=place.sums(np.ones(len(signs), np.int64)),
            wins=place.sums((signs > 0).astype(np.int64)),
            losses=place.sums((signs < 0).astype(np.int64)),
            gross_profit=place.sums(np.maximum(known.pnl, 0)),
            gross_loss=place.sums(np.maximum(-known.pnl, 0)),
            held=place.sums(known.held),
            longest_wins=place.highest(np.maximum(runs, 0)),
            longest_losses=place.highest(np.maximum(-runs, 0)),
            current_run=place.last(runs),
        )

    def win_rate(self) -> Figures:
        """Positions closed with a profit / positions closed, 0–1."""
        return self._of_all(self.wins)

    def average_win(self) -> Figures:
        """Gross profit / positions closed with a profit, in dollars."""
        return figures(_dollars(self.gross_profit, self.wins), (self.wins == 0, Reason.NO_WINS))

    def average_loss(self) -> Figures:
        """Gross loss / positions closed with a loss, in dollars, positive."""
        return figures(_dollars(self.gross_loss, self.losses), (self.losses == 0, Reason.NO_LOSSES))

    def profit_factor(self) -> Figures:
        """Gross profit / gross loss of closed positions. Null without a loss.

        Source: R. Pardo, Design, testing, and optimization of trading systems (1992).
        """
        return rates(
            quotient(self.gross_profit.astype(np.float64), self.gross_loss.astype(np.float64)),
            (self.count == 0, Reason.NO_POSITIONS),
            (self.losses == 0, Reason.NO_LOSSES),
        )

    def expectancy(self) -> Figures:
        """Mean P&L of a closed position, in dollars.

        It equals win rate × average win − loss rate × average loss. Source: V. K. Tharp, Trade
        your way to financial freedom (1998).
        """
        return figures(
            _dollars(self.gross_profit - self.gross_loss, self.count),
            (self.count == 0, Reason.NO_POSITIONS),
        )

    def average_holding_time(self) -> Figures:
        """Mean time from entry to the last exit, in seconds."""
        return self._of_all(self.held)

    def _of_all(self, sums: FloatArray | IntArray) -> Figures:
        return figures(
            quotient(sums.astype(np.float64), self.count.astype(np.float64)),
            (self.count == 0, Reason.NO_POSITIONS),
        )


def exposure(series: DailySeries) -> Figures:
    """Mean over the days of cost basis of open positions / equity at the end of the day, 0–1."""
    shares = quotient(series.invested, series.equity)
    return figures(series.segments.sums(shares) / series.lengths)


def turnover(series: DailySeries, traded: FloatArray) -> Figures:
    """How often a year the capital is turned over: (bought + sold) / 2 / mean equity × 365 / days.

    `traded` is bought + sold in dollars, one entry a row. Null under 30 days.
    """
    mean_equity = series.segments.sums(series.equity) / series.lengths / 100.0
    return rates(
        quotient(traded / 2.0, mean_equity) * (DAYS_A_YEAR / series.lengths),
        (series.lengths < LEAST_DAYS, Reason.TOO_FEW_DAYS),
        (mean_equity == 0.0, Reason.NO_EQUITY),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Reduces segments, and places what they give at their `rows` of `size`; else there is 0."""

    rows: IntArray
    size: int
    starts: IntArray

    def sums(self, values: NDArray[Number]) -> NDArray[Number]:
        return self._placed(np.add, values)

    def highest(self, values: IntArray) -> IntArray:
        return self._placed(np.maximum, values)

    def _placed(self, reduce: np.ufunc, values: NDArray[Number]) -> NDArray[Number]:
        placed = np.zeros(self.size, values.dtype)
        placed[self.rows] = reduced(reduce, values, self.starts)
        return placed

    def last(self, values: IntArray) -> IntArray:
        placed = np.zeros(self.size, np.int64)
        placed[self.rows] = values[ends_of(self.starts, len(values)) - 1]
        return placed


def _runs(portfolio_ids: IntArray, signs: IntArray) -> IntArray:
    """The length of the run that each position is in, counted up to it; negative while losing."""
    starts = starts_of(portfolio_ids, signs)
    numbers = np.arange(len(signs)) - starts[rows_of(starts, len(signs))] + 1
    return signs * numbers


def _dollars(cents: IntArray, count: IntArray) -> FloatArray:
    return quotient(cents / 100.0, count.astype(np.float64))
