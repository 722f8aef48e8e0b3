"""The variance of a mean of dependent days."""

from __future__ import annotations

import math

import numpy as np

from prescient.core.performance.figures import FloatArray

COSINES_SCALE = 0.4
MOST_COSINES = 32


def cosine_count(days: int) -> int:
    """How many cosines estimate the long-run variance of as many days: 0.4 × days^(2/3).

    Source: Lazarus, Lewis, Stock and Watson, HAR inference: recommendations for practice, Journal
    of Business and Economic Statistics 36 (2018).
    """
    return max(2, min(MOST_COSINES, round(COSINES_SCALE * math.pow(days, 2 / 3))))


def cosines(days: int) -> FloatArray:
    """√2 cos(πj (t + ½) / days) for j from 1 on: one row a cosine, one column a day."""
    moments = (np.arange(days) + 0.5) / days
    waves = np.arange(1, cosine_count(days) + 1)
    table: FloatArray = np.sqrt(2.0) * np.cos(np.pi * np.outer(waves, moments))
    return table


def standard_errors(rows: FloatArray) -> FloatArray:
    """Standard error of each row's mean, whose days may depend on each other.

    √(long-run variance / days), where the long-run variance is the mean over j of
    (Σ cosine j × row)² / days. For independent days it is √(variance / days). With it, the mean
    over its error has Student's t with as many degrees of freedom as there are cosines.
    Source: as `cosine_count`.
    """
    days = rows.shape[1]
    squares = np.zeros(len(rows))
    table = cosines(days)
    for wave in table:
        squares += (rows * wave).sum(axis=1) ** 2
    errors: FloatArray = np.sqrt(squares / len(table)) / days
    return errors
