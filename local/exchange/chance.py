"""Chance that can be asked again: every draw follows from a key, so any moment is computed alone.

An exchange that is stepped forward must be stepped in the same way to be the same. Here nothing is
stepped: what happens at a time is a function of the seed and that time.
"""

from __future__ import annotations

import math
from hashlib import blake2b
from statistics import NormalDist

_STEPS = 1 << 52
_NORMAL = NormalDist()
_KEPT = 1 << 10  # points of a path: hours that lie side by side share most of theirs


def unit(key: str) -> float:
    """Draw uniformly from (0, 1), both ends excluded; the same for the same key."""
    return ((_bits(key.encode()) >> 12) + 0.5) / _STEPS


def happens(key: str, share: float) -> bool:
    """Return True for this share of all keys."""
    return unit(key) < share


def between(key: str, low: float, high: float) -> float:
    """Draw uniformly between `low` and `high`."""
    return low + (high - low) * unit(key)


class Bridge:
    """A Brownian bridge on [0, 1]: 0 at both ends, variance t(1 − t) at t between them.

    Points come from halving intervals, so that any of them costs `depth` draws; between two
    neighbours at the finest grid, 2**−depth apart, the path is a straight line.
    """

    def __init__(self, key: str, depth: int) -> None:
        self._key = blake2b(key.encode(), digest_size=16).digest()
        self._depth = depth
        self._kept: dict[int, float] = {}

    def at(self, place: float) -> float:
        left, width, low, high = 0.0, 1.0, 0.0, 0.0
        node, kept = 1, self._kept
        if len(kept) > _KEPT:
            kept.clear()
        for _ in range(self._depth):
            normal = kept.get(node)
            if normal is None:
                normal = kept[node] = self._drawn(node)
            value = (low + high) / 2 + math.sqrt(width) / 2 * normal
            width /= 2
            if place < left + width:
                node, high = 2 * node, value
            else:
                node, left, low = 2 * node + 1, left + width, value
        return low + (high - low) * (place - left) / width

    def _drawn(self, node: int) -> float:
        bits = _bits(node.to_bytes(4, "big") + self._key)
        return _NORMAL.inv_cdf(((bits >> 12) + 0.5) / _STEPS)


class Wave:
    """A smooth path that wanders within [−1, 1] for ever and comes back: three sines.

    Its mean over time is 0; periods are between `shortest` and four times that.
    """

    def __init__(self, key: str, shortest: float) -> None:
        self._sines = [
            (
                math.tau / between(f"{key}:period{number}", shortest, 4 * shortest),
                between(f"{key}:phase{number}", 0.0, math.tau),
            )
            for number in range(3)
        ]

    def at(self, moment: float) -> float:
        """`moment` is in the unit of the periods."""
        return math.fsum(math.sin(speed * moment + phase) for speed, phase in self._sines) / 3


def _bits(content: bytes) -> int:
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big")
