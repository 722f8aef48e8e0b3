"""Mean daily returns with their intervals: of dependent days, and of sums over events.

An interval is symmetric: mean ± critical ratio × standard error. The critical ratio is the 95th
percentile of what |mean / standard error| is by chance among resampled histories, and never below
Student's: small samples resample themselves too regularly (`docs/performance.md` has the coverage).
Source: Ledoit and Wolf, Robust performance hypothesis testing with the Sharpe ratio, Journal of
Empirical Finance 15 (2008), for the studentised bootstrap.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from prescient.core.performance.block_length import optimal_block_lengths
from prescient.core.performance.figures import LEAST_DEVIATION, FloatArray
from prescient.core.performance.long_run import cosine_count, standard_errors
from prescient.core.performance.resampling import RESAMPLES, by_block, resample, rounded_blocks
from prescient.core.performance.student import student_cdf, student_quantile

CONFIDENCE = 0.95
LEAST_RESAMPLED_EVENTS = 10
MOST_CRITICAL = 50.0
"""A larger critical ratio is no estimate: nearly all days or events are then the same, so that many
resamples have next to no deviation. Student's for two events is 12.7."""
_UPPER = (1.0 + CONFIDENCE) / 2.0
_EVENT_BITS = 18
_AT_ONCE = 8192
"""Rows that are resampled together; each takes 30 kB meanwhile."""


class Estimate(NamedTuple):
    """A mean, its standard error, and by how many of those it can be off by chance (95%).

    `p_value` is that of a mean of zero, two-sided; `above_zero` the probability 0–1 that the true
    mean is above zero, the less certain of the bootstrap's and Student's.
    """

    mean: float
    standard_error: float
    critical: float
    p_value: float
    above_zero: float
    freedom: int
    """Degrees of freedom of the standard error."""

    @property
    def margin(self) -> float:
        """Half of the interval's width."""
        return self.critical * self.standard_error

    @property
    def low(self) -> float:
        return self.mean - self.margin

    @property
    def high(self) -> float:
        return self.mean + self.margin


class _ByChance(NamedTuple):
    """What resamples say of a ratio of mean to standard error.

    `critical` is the 95th percentile of |ratio|; `beyond` how many lie as far from zero as the
    observed one, `below` how many lie below it.
    """

    critical: float
    beyond: float
    below: float


def estimates_by_days(rows: FloatArray, seed: Sequence[int]) -> list[Estimate | None]:
    """Estimate the mean of each row, one column a day, by stationary bootstrap over the days.

    Equal rows, days and seeds give equal estimates, whatever other rows there are. None where a
    row has no deviation, or has it on so few days that 5% of the resamples have next to none: days
    that are all the same do not show how far off their mean can be.
    """
    found: list[Estimate | None] = []
    for start in range(0, len(rows), _AT_ONCE):
        found += _estimated(rows[start : start + _AT_ONCE], seed)
    return found


def _estimated(rows: FloatArray, seed: Sequence[int]) -> list[Estimate | None]:
    found: list[Estimate | None] = [None] * len(rows)
    varied = np.flatnonzero(rows.std(axis=1) >= LEAST_DEVIATION)
    for row, estimate in zip(varied.tolist(), _of_varied(rows[varied], seed), strict=True):
        found[row] = estimate
    return found


def _of_varied(rows: FloatArray, seed: Sequence[int]) -> list[Estimate | None]:
    means, errors = rows.mean(axis=1), standard_errors(rows)
    by_chance: dict[int, _ByChance] = {}
    for block, own in by_block(rounded_blocks(optimal_block_lengths(rows))):
        ratios = resample(rows[own], block, seed).ratios
        by_chance |= zip(own.tolist(), _by_chance(ratios, means[own] / errors[own]), strict=True)
    freedom = cosine_count(rows.shape[1])
    return [
        _with_student(mean, error, by_chance[row], freedom)
        for row, (mean, error) in enumerate(zip(means.tolist(), errors.tolist(), strict=True))
    ]


def estimate_by_events(
    sums: FloatArray, mean: float, days: int, seed: Sequence[int]
) -> Estimate | None:
    """Estimate a mean daily return `mean` of `days` days by bootstrap over events.

    `sums` has what each event added to the return of all days. Events are drawn as wholes, since
    what hangs together within one does not repeat itself. None where fewer than two took part, or
    where at least 5% of the resamples have next to no deviation because all, or nearly all, added
    the same. Under ten events
    Student's ratio stands alone.
    Source: Cameron, Gelbach and Miller, Bootstrap-based improvements for inference with clustered
    errors, Review of Economics and Statistics 90 (2008).
    """
    count = len(sums)
    centred = sums - sums.mean() if count else sums
    deviation = math.sqrt(float((centred**2).sum()) / max(count - 1, 1))
    if deviation < LEAST_DEVIATION:
        return None
    error = math.sqrt(count) * deviation / days
    ratio, freedom = mean / error, count - 1
    if count < LEAST_RESAMPLED_EVENTS:
        below = student_cdf(ratio, freedom) * RESAMPLES
        return _with_student(mean, error, _ByChance(0.0, 0.0, below), freedom)
    (by_chance,) = _by_chance(_event_ratios(centred, seed)[:, None], np.array([ratio]))
    return _with_student(mean, error, by_chance, freedom)


def _by_chance(ratios: FloatArray, observed: FloatArray) -> list[_ByChance]:
    """What the resamples, one a row, say of each column's observed ratio."""
    distances = np.abs(ratios)
    beyond = (distances >= np.abs(observed)).sum(axis=0)
    below = (ratios < observed).sum(axis=0)
    rank = math.ceil(CONFIDENCE * (len(ratios) + 1)) - 1
    critical = np.partition(distances, rank, axis=0)[rank]
    columns = (column.tolist() for column in (critical, beyond, below))
    return [_ByChance(*row) for row in zip(*columns, strict=True)]


def _event_ratios(centred: FloatArray, seed: Sequence[int]) -> FloatArray:
    """What each resample's sum is over its own standard error; whole numbers, so exact."""
    count = len(centred)
    values = np.rint(centred / np.abs(centred).max() * 2.0**_EVENT_BITS)
    weights = _event_weights(count, tuple(seed))
    sums = weights @ values
    squares = weights @ values**2 - sums**2 / count
    errors = np.sqrt(np.maximum(squares, 0.0) * count / (count - 1))
    ratios: FloatArray = np.divide(sums, errors, out=np.full(len(sums), np.inf), where=errors > 0.0)
    return ratios


@lru_cache(maxsize=64)
def _event_weights(count: int, seed: tuple[int, ...]) -> FloatArray:
    """How often each resample drew each of `count` events."""
    random = np.random.default_rng([*seed, count])
    draws = random.multinomial(count, np.full(count, 1.0 / count), RESAMPLES)
    return draws.astype(np.float64)


def _with_student(mean: float, error: float, by_chance: _ByChance, freedom: int) -> Estimate | None:
    """Combine the bootstrap with Student's t: take the less certain of the two.

    None where the critical ratio of the bootstrap is above `MOST_CRITICAL`.
    """
    if by_chance.critical > MOST_CRITICAL:
        return None
    of_student = student_cdf(mean / error, freedom)
    of_bootstrap = (by_chance.below + 0.5) / (RESAMPLES + 1)
    tail = 2.0 * min(of_student, 1.0 - of_student)
    return Estimate(
        mean=mean,
        standard_error=error,
        critical=max(by_chance.critical, student_quantile(_UPPER, freedom)),
        p_value=max((by_chance.beyond + 1.0) / (RESAMPLES + 1), tail),
        above_zero=min(of_student, of_bootstrap, key=lambda sure: abs(sure - 0.5)),
        freedom=freedom,
    )
