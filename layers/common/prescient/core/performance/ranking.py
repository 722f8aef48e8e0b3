"""Many portfolios at once: what is left of an advantage when all trials are counted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance
from typing import NamedTuple

import numpy as np

from prescient.core.performance.block_length import optimal_block_lengths
from prescient.core.performance.estimates import CONFIDENCE, MOST_CRITICAL
from prescient.core.performance.figures import LEAST_DAYS, LEAST_DEVIATION, FloatArray
from prescient.core.performance.long_run import cosine_count, standard_errors
from prescient.core.performance.resampling import RESAMPLES, resample, rounded_blocks
from prescient.core.performance.series import DailySeries
from prescient.core.performance.student import NORMAL, student_quantile

_EULER = 0.5772156649015329
_LONGER_BLOCKS = 2.0
_FEWER_DAYS = 0.55
"""What a short history hides of its dependence counts more for the largest of many, which lies far
out: blocks are longer than for one mean, and chance ratios are stretched by 1 + 0.55 / √days.
Without both, 6% of families of 30 days were told falsely (`docs/performance.md` has the rates)."""


class Advantage(NamedTuple):
    """A portfolio's mean daily return less the benchmark's, a fraction.

    `adjusted_p` is the step-down p-value of "it is not better than the benchmark", which counts
    all portfolios that were tried.
    """

    portfolio_id: int
    mean: float
    adjusted_p: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Advantages over a benchmark, best first, over `days` days: since the youngest began.

    `left_out` are the portfolios with fewer than 30 days, or whose difference to the benchmark
    varies on too few of them. One that lost everything stays, and returns nothing from then on.
    """

    days: int
    advantages: tuple[Advantage, ...]
    left_out: tuple[int, ...]


def ranking(series: DailySeries, portfolio_ids: Sequence[int], benchmark_id: int) -> Ranking:
    """Test all portfolios against a benchmark; 5% of all rankings have a false one at p ≤ 0.05.

    One stationary bootstrap draws the days of all together. The largest ratio of mean difference
    to standard error is compared with the largest of each resample, then the next ones without it.
    Source: Romano and Wolf, Stepwise multiple testing as formalized data snooping, Econometrica 73
    (2005), and Efficient computation of adjusted p-values (2016).
    """
    old = [number for number in portfolio_ids if len(series.returns_of(number)) >= LEAST_DAYS]
    first_day = max(series.first_day_of(number).toordinal() for number in (*old, benchmark_id))
    days = len(series.returns_of(benchmark_id)) - (
        first_day - series.first_day_of(benchmark_id).toordinal()
    )
    if not old or days < LEAST_DAYS:
        return Ranking(max(days, 0), (), tuple(portfolio_ids))
    benchmark = series.window(benchmark_id, first_day, days)
    rows = np.array([series.window(number, first_day, days) - benchmark for number in old])
    adjusted = step_down(rows, [first_day + days - 1])
    tested = [old[row] for row in adjusted]
    means = rows[[*adjusted]].mean(axis=1).tolist()
    advantages = map(Advantage, tested, means, adjusted.values())
    return Ranking(
        days=days,
        advantages=tuple(sorted(advantages, key=lambda own: -own.mean)),
        left_out=tuple(number for number in portfolio_ids if number not in tested),
    )


def step_down(rows: FloatArray, seed: Sequence[int]) -> dict[int, float]:
    """Adjusted p-values of "the mean of this row is not above zero", one column a day, by row.

    There is none for a row without a deviation, or with next to none in several resamples: there
    its ratio would be the largest by chance, whatever the other rows did.
    """
    varied = np.flatnonzero(rows.std(axis=1) >= LEAST_DEVIATION)
    if not len(varied):
        return {}
    block = rounded_blocks(
        _LONGER_BLOCKS * optimal_block_lengths(rows[varied]).mean(keepdims=True)
    ).item()
    ratios = resample(rows[varied], block, seed).ratios
    bounded = (np.abs(ratios) > MOST_CRITICAL).sum(axis=0) <= 1
    values = _adjusted(rows[varied[bounded]], ratios[:, bounded])
    return dict(zip(varied[bounded].tolist(), values, strict=True))


def _adjusted(rows: FloatArray, by_chance: FloatArray) -> list[float]:
    """Return the adjusted p-values; `by_chance` has the ratios, one row per resample."""
    if not len(rows):
        return []
    observed = rows.mean(axis=1) / standard_errors(rows)
    ratios = _not_thinner_than_student(by_chance, rows.shape[1])
    order = np.argsort(-observed, kind="stable")
    # The largest among this row and all after it, in each resample.
    largest = np.maximum.accumulate(ratios[:, order[::-1]], axis=1)[:, ::-1]
    beyond = (largest >= observed[order]).sum(axis=0)
    adjusted = np.empty(len(rows))
    adjusted[order] = np.maximum.accumulate((beyond + 1.0) / (RESAMPLES + 1))
    values: list[float] = adjusted.tolist()
    return values


def _not_thinner_than_student(ratios: FloatArray, days: int) -> FloatArray:
    """Stretch all, and each column whose 95th percentile of |ratio| lies below Student's more."""
    rank = math.ceil(CONFIDENCE * (len(ratios) + 1)) - 1
    critical = np.partition(np.abs(ratios), rank, axis=0)[rank]
    student = student_quantile((1.0 + CONFIDENCE) / 2.0, cosine_count(days))
    stretched: FloatArray = (
        ratios * np.maximum(student / critical, 1.0) * (1.0 + _FEWER_DAYS / math.sqrt(days))
    )
    return stretched


def deflated_sharpe_ratio(returns: FloatArray, trials: Sequence[float]) -> float | None:
    """The probability 0–1 that the true Sharpe ratio is above what the best of all trials shows
    by luck alone.

    Φ((SR − SR₀) √(n − 1) / √(1 − skewness × SR + (kurtosis − 1)/4 × SR²)), all of daily returns,
    with SR₀ = √V ((1 − γ) Φ⁻¹(1 − 1/N) + γ Φ⁻¹(1 − 1/(N e))), V the variance of the daily Sharpe
    ratios of the N `trials`, this one among them: all portfolios that were ever tried. With one
    trial SR₀ is 0. None under 30 days or without a deviation, or on so few days that 5% of as long
    histories would have none: the moments of a few days are not those of all.
    Source: Bailey and López de Prado, The deflated Sharpe ratio, Journal of Portfolio Management 40
    (2014).
    """
    ratio = daily_sharpe_ratio(returns)
    if ratio is None or _is_steady(returns):
        return None
    centred = returns - returns.mean()
    spread = float((centred**2).mean())
    skewness = float((centred**3).mean()) / spread**1.5
    kurtosis = float((centred**4).mean()) / spread**2
    wobble = 1.0 - skewness * ratio + (kurtosis - 1.0) / 4.0 * ratio**2
    excess = (ratio - best_by_luck(trials)) * math.sqrt(len(returns) - 1)
    return NORMAL.cdf(excess / math.sqrt(max(wobble, LEAST_DEVIATION)))


def _is_steady(returns: FloatArray) -> bool:
    """Whether 5% of the histories drawn from these days would have one return on all days.

    (days with the median return / days) ^ days.
    """
    steady = np.abs(returns - np.median(returns)) < LEAST_DEVIATION
    return float(steady.mean()) ** len(returns) > 1.0 - CONFIDENCE


def daily_sharpe_ratio(returns: FloatArray) -> float | None:
    """Mean / sample standard deviation of daily returns; None under 30 days or without one."""
    if len(returns) < LEAST_DAYS or (deviation := float(returns.std(ddof=1))) < LEAST_DEVIATION:
        return None
    return float(returns.mean()) / deviation


def best_by_luck(trials: Sequence[float]) -> float:
    """The daily Sharpe ratio to expect of the best of as many trials without any skill."""
    count = len(trials)
    if count <= 1:
        return 0.0
    spread = math.sqrt(variance(trials, fmean(trials)))
    return spread * (
        (1.0 - _EULER) * NORMAL.inv_cdf(1.0 - 1.0 / count)
        + _EULER * NORMAL.inv_cdf(1.0 - 1.0 / (count * math.e))
    )
