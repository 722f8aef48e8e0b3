"""What the crowd believes: fair prices that learn the truth.

One outcome is true from the start, drawn from the prior. Every outcome sends a noisy signal, and
only that of the true one drifts upwards; the belief is the posterior given the signals. Such a
belief is a martingale, sums to one over the outcomes, and has learned the truth at the end: nobody
can profit from it systematically, which is what makes a simulated result honest.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

_CERTAIN = 60.0


class Belief:
    """The probabilities of outcomes of which exactly one is true."""

    def __init__(self, prior: Sequence[float], sharpness: float, generator: random.Random) -> None:
        """`prior` sums to one; `sharpness` is how early the truth shows (about 1)."""
        self._prior = tuple(prior)
        self._sharpness = sharpness
        self._generator = generator
        self._signals = [0.0] * len(prior)
        self._information = 0.0
        self.truth: int = generator.choices(range(len(prior)), prior)[0]

    def learn(self, elapsed: float) -> None:
        """Takes in what is known when the share `elapsed` (0 to 1) of the lifetime has passed."""
        information = min(self._sharpness * elapsed / max(1e-9, 1.0 - elapsed), _CERTAIN)
        news = information - self._information
        if news <= 0.0:
            return
        noise = math.sqrt(news)
        for outcome in range(len(self._signals)):
            self._signals[outcome] += noise * self._generator.gauss(0.0, 1.0)
        self._signals[self.truth] += news
        self._information = information

    def probabilities(self) -> list[float]:
        """The posterior, outcome by outcome."""
        highest = max(self._signals)
        weights = [
            prior * math.exp(signal - highest)
            for prior, signal in zip(self._prior, self._signals, strict=True)
        ]
        total = math.fsum(weights)
        return [weight / total for weight in weights]
