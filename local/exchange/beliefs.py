"""The crowd's beliefs: fair prices that learn the truth.

One outcome is true from the start, drawn from the prior. Every outcome sends a noisy signal, and
only that of the true one drifts upwards; the belief is the posterior given the signals. Such a
belief is a martingale, sums to one over the outcomes, and has learned the truth at the end: no
strategy can profit from it systematically, so a simulated result is honest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

from local.exchange.chance import Bridge, unit

_CERTAIN = 60.0  # nats of information; nothing is learned beyond
_MOMENTS_KEPT = 400  # the hours of the longest history that is asked for, and some


class Belief:
    """The probabilities of outcomes of which exactly one is true, at any moment of a lifetime."""

    def __init__(self, prior: Sequence[float], sharpness: float, key: str, depth: int) -> None:
        """`prior` sums to one; `sharpness` is how early the truth shows (about 1).

        The lifetime has 2**`depth` moments between which a belief moves.
        """
        self._prior = tuple(prior)
        self._sharpness = sharpness
        self._noise = [Bridge(f"{key}:noise{outcome}", depth) for outcome in range(len(prior))]
        self._latest = _CERTAIN / (sharpness + _CERTAIN)
        self._kept: dict[float, tuple[float, ...]] = {}
        self.truth: int = _drawn(prior, unit(f"{key}:truth"))

    def at(self, elapsed: float) -> tuple[float, ...]:
        """Return the posterior, outcome by outcome, when the share `elapsed` (0–1) has passed."""
        place = min(max(elapsed, 0.0), self._latest)
        known = self._kept.get(place)
        if known is None:
            known = self._posterior(place)
            if len(self._kept) >= _MOMENTS_KEPT:
                self._kept.clear()
            self._kept[place] = known
        return known

    def _posterior(self, place: float) -> tuple[float, ...]:
        """Signals are Brownian motions of the information s·e/(1 − e).

        A Brownian motion W at e/(1 − e) is a Brownian bridge at e, divided by 1 − e.
        """
        scale = math.sqrt(self._sharpness) / (1.0 - place)
        signals = [scale * noise.at(place) for noise in self._noise]
        signals[self.truth] += self._sharpness * place / (1.0 - place)
        highest = max(signals)
        weights = [
            prior * math.exp(signal - highest)
            for prior, signal in zip(self._prior, signals, strict=True)
        ]
        total = math.fsum(weights)
        return tuple(weight / total for weight in weights)


def _drawn(prior: Sequence[float], chance: float) -> int:
    """Return the outcome at `chance` when the prior's shares lie end to end."""
    ends = list(accumulate(prior))
    return next((place for place, end in enumerate(ends) if chance < end), len(prior) - 1)
