"""The stationary bootstrap: histories that could have been, of blocks of days of random length.

What is resampled is not each series but the days. A mean over resampled days is a sum over all
days, each times how often it was drawn. For all series of one length and block length these
weights are the same, and a matrix product resamples them all. Weights and values are whole numbers
below 2^53 in sum, so that the product is exact in whatever order it is added: what is computed for
one series does not depend on the others by a single bit.
Source: Politis and Romano, The stationary bootstrap, Journal of the American Statistical
Association 89 (1994).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from prescient.core.performance.figures import FloatArray, IntArray
from prescient.core.performance.long_run import cosines

RESAMPLES = 999
_BLOCKS = np.array([1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256])
_EXACT_BITS = 52
_COSINE_BITS = 16
_LEAST_ERROR = 2.0**-_COSINE_BITS
"""In units of a row's largest value. Below it the resampled days are all the same, and the error is
only the rounding of the cosines."""


def rounded_blocks(lengths: FloatArray) -> FloatArray:
    """The nearest of a few block lengths, by ratio: series that share one share their draws."""
    nearest = np.abs(np.log(lengths)[:, None] - np.log(_BLOCKS)).argmin(axis=1)
    rounded: FloatArray = _BLOCKS[nearest]
    return rounded


def drawn_days(days: int, block: float, seed: Sequence[int], resamples: int) -> IntArray:
    """The days of each resample, one a row: a new block begins with probability 1 / `block`.

    A block begins at any day and goes on past the last one at the first.
    """
    random = np.random.default_rng([*seed, days, round(2 * block)])
    begins = random.random((resamples, days)) < 1.0 / block
    begins[:, 0] = True
    first = random.integers(days, size=(resamples, days))
    moments = np.arange(days)
    newest = np.maximum.accumulate(np.where(begins, moments, 0), axis=1)
    drawn: IntArray = (np.take_along_axis(first, newest, axis=1) + moments - newest) % days
    return drawn


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """Deviations of the resampled means and their standard errors: one row a resample."""

    deviations: FloatArray
    errors: FloatArray

    @property
    def ratios(self) -> FloatArray:
        """Each deviation over its own standard error: what a t-statistic does by chance.

        Infinite where a resample's days are all the same: they do not bound how far off it is.
        """
        ratios = np.copysign(np.inf, self.deviations)
        np.divide(self.deviations, self.errors, out=ratios, where=self.errors >= _LEAST_ERROR)
        return ratios


def resample(
    rows: FloatArray, block: float, seed: Sequence[int], resamples: int = RESAMPLES
) -> Resampled:
    """Resample the mean of each row and its standard error, in units of the row's largest value."""
    days = rows.shape[1]
    unit = 2.0 ** (_EXACT_BITS - _COSINE_BITS - 1 - math.ceil(math.log2(days)))
    values = _whole(rows, unit).T
    draws = drawn_days(days, block, seed, resamples)
    sums = _weights(draws, np.ones(days)) @ values
    squares = np.zeros_like(sums)
    waves = np.rint(cosines(days) * 2**_COSINE_BITS)
    for wave in waves:
        product = _weights(draws, wave) @ values
        squares += np.square(product, out=product)
    errors = np.sqrt(squares / len(waves)) * 2.0**-_COSINE_BITS
    return Resampled(sums / days / unit, errors / days / unit)


def _weights(draws: IntArray, at_moments: FloatArray) -> FloatArray:
    """For each resample and each day, the sum of `at_moments` over the moments that drew it."""
    resamples, days = draws.shape
    places = (draws + np.arange(resamples)[:, None] * days).reshape(-1)
    sums = np.bincount(places, np.tile(at_moments, resamples), resamples * days)
    return sums.astype(np.float64).reshape(resamples, days)


def _whole(rows: FloatArray, unit: float) -> FloatArray:
    """The rows without their means, scaled to whole numbers, `unit` for the largest of each."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    largest = np.abs(centred).max(axis=1, keepdims=True)
    largest[largest == 0.0] = 1.0
    whole: FloatArray = np.rint(centred / largest * unit)
    return whole


def by_block(blocks: FloatArray) -> Iterator[tuple[float, IntArray]]:
    """Each block length, and the rows that have it."""
    for block in np.unique(blocks).tolist():
        yield block, np.flatnonzero(blocks == block)
