"""Recomputing the metrics of portfolios over a year, against numpy alone on the same numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from benchmarks.bench import Bench, Lap, Measurement, Stopwatch
from prescient.core.performance.figures import DAYS_A_YEAR, FloatArray, IntArray
from prescient.core.performance.metrics import performance
from prescient.core.performance.series import EquityPoints, daily_series
from prescient.core.performance.trading import ClosedPositions

DAYS = 365
CLOSED = 100
FIRST_DAY = date(2026, 1, 1).toordinal()
LAST_DAY = date.fromordinal(FIRST_DAY + DAYS - 1)
RISK_FREE = 0.0001


@dataclass(frozen=True, slots=True, eq=False)
class Year:
    """A point a day and closed positions of each portfolio: tables of cents, one row a portfolio.

    Each tenth day begins with a deposit or a withdrawal.
    """

    equity: IntArray
    flows: IntArray
    invested: IntArray
    pnl: IntArray
    held: FloatArray

    @property
    def portfolios(self) -> int:
        return len(self.equity)

    def points(self) -> EquityPoints:
        days = np.tile(FIRST_DAY + np.arange(DAYS), self.portfolios)
        ids = np.repeat(np.arange(self.portfolios), DAYS)
        columns = (self.equity, self.flows, self.invested)
        return EquityPoints(ids, days, *(column.reshape(-1) for column in columns))

    def positions(self) -> ClosedPositions:
        ids = np.repeat(np.arange(self.portfolios), CLOSED)
        return ClosedPositions(ids, self.pnl.reshape(-1), self.held.reshape(-1))


def a_year(portfolios: int) -> Year:
    """Make a year of as many portfolios."""
    random = np.random.default_rng(1)
    growth = 1.0 + random.normal(0.0, 0.01, (portfolios, DAYS))
    equity = np.rint(1_000_000 * np.cumprod(growth, axis=1)).astype(np.int64)
    flows = np.zeros_like(equity)
    flows[:, 10::10] = random.integers(-50_000, 50_000, flows[:, 10::10].shape)
    return Year(
        equity=equity + np.cumsum(flows, axis=1).clip(min=-100_000),
        flows=flows,
        invested=equity // 2,
        pnl=random.integers(-5_000, 6_000, (portfolios, CLOSED)),
        held=random.uniform(3_600, 1_000_000, (portfolios, CLOSED)),
    )


def measure(bench: Bench) -> Iterator[Measurement]:
    """Recompute `bench.rows` portfolios from their points and positions."""
    year = a_year(bench.rows)
    points, positions = year.points(), year.positions()
    ours, floor = bench.interleaved(lambda: _ours(points, positions), lambda: _floor(year))
    work = f"{bench.rows:,} portfolios × {DAYS} days, {CLOSED} closed positions each"
    yield Measurement("performance", ours, floor, work, bound=3)


def _ours(points: EquityPoints, positions: ClosedPositions) -> Lap:
    with Stopwatch() as watch:
        performance(daily_series(points, LAST_DAY), positions, [], RISK_FREE)
    return Lap(watch.seconds)


def _floor(year: Year) -> Lap:
    """The same formulas on tables without a gap, for which no reason of a null is looked for."""
    with Stopwatch() as watch:
        gone_on = year.equity[:, 1:] - year.flows[:, 1:]
        growth = np.divide(gone_on, year.equity[:, :-1], dtype=np.float64)
        returns, index = growth - 1.0, np.cumprod(growth, axis=1)
        _returns_of(index)
        _ratios_of(returns, index)
        _drawdowns_of(index, year)
        (year.invested / year.equity).mean(axis=1)
        _record_of(year)
    return Lap(watch.seconds)


def _returns_of(index: FloatArray) -> list[FloatArray]:
    return [index[:, -1] / index[:, -1 - days] - 1.0 for days in (1, 7, 30)]


def _ratios_of(returns: FloatArray, index: FloatArray) -> list[FloatArray]:
    excess = returns - RISK_FREE
    mean, deviation = excess.mean(axis=1), returns.std(axis=1, ddof=1)
    downside = np.sqrt((np.minimum(excess, 0.0) ** 2).mean(axis=1))
    year = np.sqrt(DAYS_A_YEAR)
    yearly = index[:, -1] ** (DAYS_A_YEAR / DAYS) - 1.0
    return [deviation * year, mean / deviation * year, mean / downside * year, yearly]


def _drawdowns_of(index: FloatArray, year: Year) -> list[FloatArray | IntArray]:
    """Depth, trough, peak, days under water, and the dollars lost from peak to trough."""
    falls = 1.0 - index / np.maximum.accumulate(index, axis=1)
    troughs = falls.argmax(axis=1)
    days = np.arange(index.shape[1])
    peaks = np.maximum.accumulate(np.where(falls == 0.0, days, 0), axis=1)
    rows = np.arange(len(index))
    recovered = (peaks > troughs[:, None]).argmax(axis=1)
    profits = year.equity - np.cumsum(year.flows, axis=1)
    lost = profits[rows, peaks[rows, troughs]] - profits[rows, troughs]
    return [falls[rows, troughs], troughs, peaks[rows, troughs], recovered, lost]


def _record_of(year: Year) -> list[IntArray | FloatArray]:
    """Wins, gross profit and loss, holding time, and the lengths of runs."""
    wins = year.pnl > 0
    runs = np.zeros((year.portfolios, 2), np.int64)
    longest = np.zeros_like(runs)
    for column in wins.T:
        runs = (runs + 1) * np.column_stack((column, ~column))
        np.maximum(longest, runs, out=longest)
    gross = [np.maximum(sign * year.pnl, 0).sum(axis=1) for sign in (1, -1)]
    return [wins.sum(axis=1), *gross, year.held.mean(axis=1), longest, runs]
