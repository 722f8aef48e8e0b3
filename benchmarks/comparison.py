"""Comparing every pair of portfolios over a year, against plain bootstraps one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, count, islice

import numpy as np

from benchmarks.bench import Bench, Lap, Measurement, Stopwatch
from benchmarks.performance import DAYS, LAST_DAY, a_year
from prescient.core.performance.comparison import compare
from prescient.core.performance.resampling import RESAMPLES, drawn_days
from prescient.core.performance.series import DailySeries, daily_series

Pairs = Sequence[tuple[int, int]]


def measure(bench: Bench) -> Iterator[Measurement]:
    """Compare `bench.rows` pairs, all those of 100 portfolios where that is 4,950."""
    portfolios = next(number for number in count(2) if number * (number - 1) // 2 >= bench.rows)
    series = daily_series(a_year(portfolios).points(), LAST_DAY)
    pairs = list(islice(combinations(range(portfolios), 2), bench.rows))
    ours, floor = bench.interleaved(lambda: _ours(series, pairs), lambda: _floor(series, pairs))
    work = f"{bench.rows:,} pairs × {DAYS} days, {RESAMPLES} resamples each"
    yield Measurement("comparison", ours, floor, work, bound=3)


def _ours(series: DailySeries, pairs: Pairs) -> Lap:
    with Stopwatch() as watch:
        compare(series, pairs)
    return Lap(watch.seconds)


def _floor(series: DailySeries, pairs: Pairs) -> Lap:
    """Percentiles of resampled means, from draws that all pairs share, blocks of two days."""
    with Stopwatch() as watch:
        draws = drawn_days(DAYS, 2.0, [1], RESAMPLES)
        for first, second in pairs:
            differences = series.returns[first, :DAYS] - series.returns[second, :DAYS]
            np.percentile(differences[draws].mean(axis=1), [2.5, 97.5])
    return Lap(watch.seconds)
