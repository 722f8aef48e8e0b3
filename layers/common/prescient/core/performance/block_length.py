"""How long the blocks of a bootstrap must be to keep the dependence of days."""

from __future__ import annotations

import math

import numpy as np

from prescient.core.performance.figures import FloatArray, IntArray

LEAST_BAND = 5


def optimal_block_lengths(rows: FloatArray) -> FloatArray:
    """Mean block length in days of the stationary bootstrap of each row's mean, at least 1.

    b = (2 g² / d)^(1/3) × n^(1/3), with g = Σ λ(k/M) |k| R(k), d = 2 (Σ λ(k/M) R(k))², R the
    autocovariance and λ the flat-top kernel; M is twice the first lag from which on a band of
    autocorrelations is insignificant. At most min(3√n, n/3), rounded up.
    Source: Politis and White, Automatic block-length selection for the dependent bootstrap,
    Econometric Reviews 23 (2004), with the correction of Patton, Politis and White (2009).
    """
    count = rows.shape[1]
    band = max(LEAST_BAND, int(math.log10(count)))
    most = math.ceil(math.sqrt(count)) + band
    covariances, correlations = _autocovariances(rows, most)
    bandwidths = _bandwidths(correlations, band, count)
    lags = np.arange(1, most + 1)
    parts = lags / bandwidths[:, None]
    kernel = np.clip(2.0 * (1.0 - parts), 0.0, 1.0) * covariances[:, 1:]
    slope = 2.0 * (kernel * lags).sum(axis=1)
    spectrum = covariances[:, 0] + 2.0 * kernel.sum(axis=1)
    ratio = np.divide(slope, spectrum, out=np.zeros_like(slope), where=spectrum != 0.0)
    longest = math.ceil(min(3.0 * math.sqrt(count), count / 3.0))
    lengths: FloatArray = np.clip(np.cbrt(ratio**2 * count), 1.0, longest)
    return lengths


def _autocovariances(rows: FloatArray, most: int) -> tuple[FloatArray, FloatArray]:
    """R(k) and |correlation| of each row at the lags 0 to `most`."""
    count = rows.shape[1]
    centred = rows - rows.mean(axis=1, keepdims=True)
    squares = np.cumsum(centred**2, axis=1)
    covariances = np.empty((len(rows), most + 1))
    correlations = np.empty((len(rows), most + 1))
    for lag in range(most + 1):
        product = (centred[:, lag:] * centred[:, : count - lag]).sum(axis=1)
        ahead = squares[:, -1] - squares[:, lag]
        scale = np.sqrt(np.maximum(ahead * squares[:, count - lag - 2], 0.0))
        covariances[:, lag] = product / count
        correlations[:, lag] = np.divide(
            np.abs(product), scale, out=np.zeros_like(scale), where=scale > 0.0
        )
    return covariances, correlations


def _bandwidths(correlations: FloatArray, band: int, count: int) -> IntArray:
    """Twice the first lag from which on `band` correlations are insignificant, at most the last."""
    last = correlations.shape[1] - 1
    significant = correlations[:, 1:last] >= 2.0 * math.sqrt(math.log10(count) / count)
    inside = np.cumsum(np.pad(significant, ((0, 0), (1, 0))), axis=1)
    quiet = inside[:, band:] == inside[:, :-band]
    first = np.where(quiet.any(axis=1), quiet.argmax(axis=1) + 1, last)
    bandwidths: IntArray = np.minimum(2 * first, last)
    return bandwidths
