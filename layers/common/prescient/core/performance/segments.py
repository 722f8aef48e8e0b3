"""Sums and extremes of many rows of different lengths, each by itself.

numpy adds a row pairwise, so that its order depends on the row's length. Were rows padded to one
length and then added, a longer history of one portfolio would change the last bits of all others.
Here each segment is reduced over its own entries and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from prescient.core.performance.figures import FloatArray, IntArray

Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Where each row begins and ends in a flat array that is longer than the last end."""

    bounds: IntArray

    def sums(self, values: FloatArray) -> FloatArray:
        return reduced(np.add, values.reshape(-1), self.bounds)[::2]


def of_rows(lengths: IntArray, width: int) -> Segments:
    """The segments of a table whose rows begin at its left edge.

    Each length is at least 1 and less than `width`.
    """
    starts = np.arange(len(lengths)) * width
    return Segments(np.column_stack((starts, starts + lengths)).reshape(-1))


def starts_of(*keys: IntArray) -> IntArray:
    """Where in sorted columns a new combination of the keys begins."""
    if not len(keys[0]):
        return np.zeros(0, np.int64)
    changes = np.zeros(len(keys[0]), np.bool_)
    changes[0] = True
    for key in keys:
        changes[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(changes)


def ends_of(starts: IntArray, count: int) -> IntArray:
    """Where each segment ends: at the next one's start, the last at `count`."""
    return np.append(starts, count)[1:]


def reduced(reduce: np.ufunc, values: NDArray[Number], starts: IntArray) -> NDArray[Number]:
    """Reduce each segment of `values`, which begin at `starts` and end where the next begins."""
    if not len(starts):
        return np.zeros(0, values.dtype)
    whole: NDArray[Number] = reduce.reduceat(values, starts)
    return whole


def rows_of(starts: IntArray, count: int) -> IntArray:
    """For each of `count` entries the number of the segment that it is in, from 0."""
    begins = np.zeros(count, np.int64)
    begins[starts] = 1
    return np.cumsum(begins) - 1
