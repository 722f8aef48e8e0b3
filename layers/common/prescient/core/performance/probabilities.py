"""How good a portfolio's probabilities were, beside the prices that it paid."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from prescient.core.market.markets import EventId
from prescient.core.performance.estimates import Estimate, estimate_by_events
from prescient.core.performance.student import NORMAL

DECILES = 10
LEAST_PROBABILITY = 1e-6
"""A probability of 0 or 1 that was wrong would cost an infinite log score."""
_Z = NORMAL.inv_cdf(0.975)


class Forecast(NamedTuple):
    """An executed signal with a `win_probability` whose market resolved to 1 or 0.

    `probability` and `price`, that of the fill, are of the side that was bought, 0–1; `won`
    whether that side paid $1, even if it was sold before.
    """

    event_id: EventId
    probability: float
    price: float
    won: bool


class Decile(NamedTuple):
    """The forecasts within a tenth of the probabilities, from `low` on; the last includes 1.

    `mean_probability` is what was said, `won` the share that came true, with its 95% interval.
    """

    low: float
    forecasts: int
    mean_probability: float
    won: float
    won_low: float
    won_high: float


@dataclass(frozen=True, slots=True)
class Scores:
    """How good probabilities were; each score is better the lower it is.

    brier = reliability − resolution + uncertainty + within_deciles, where the last is what
    deciles leave out: 0 were all probabilities of a decile equal.
    """

    count: int
    brier: float
    log: float
    reliability: float
    resolution: float
    uncertainty: float
    within_deciles: float
    deciles: tuple[Decile, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The scores of the probabilities and of the prices paid, and how far apart they are.

    `edge` is the mean Brier score of the prices less that of the probabilities, above 0 where the
    strategy knew more than the price; None where one event or none has resolved, or where the
    scores differ in too few events to say how far off that is.
    """

    probabilities: Scores
    prices: Scores
    events: int
    edge: Estimate | None


def calibration(forecasts: Iterable[Forecast], seed: Sequence[int]) -> Calibration | None:
    """Score the probabilities and the prices; None without a forecast.

    The interval of their difference is drawn over events, within which outcomes hang together.
    """
    made = sorted(forecasts)
    if not made:
        return None
    outcomes = [forecast.won for forecast in made]
    edges: dict[EventId, float] = {}
    for event_id, probability, price, won in made:
        gain = (price - won) ** 2 - (probability - won) ** 2
        edges[event_id] = edges.get(event_id, 0.0) + gain
    sums = np.array(list(edges.values()))
    return Calibration(
        probabilities=scores([forecast.probability for forecast in made], outcomes),
        prices=scores([forecast.price for forecast in made], outcomes),
        events=len(edges),
        edge=estimate_by_events(sums, math.fsum(sums) / len(made), len(made), seed),
    )


def scores(probabilities: Sequence[float], outcomes: Sequence[bool]) -> Scores:
    """Score at least one probability, 0–1, by what came true.

    Brier score: mean (p − o)², o being 1 or 0. Log score: mean −ln of the probability given to
    what happened. Reliability: Σ n (p̄ − ō)² / N over the deciles, resolution: Σ n (ō − ō_all)² / N,
    uncertainty: ō_all (1 − ō_all).
    Sources: G. W. Brier, Monthly Weather Review 78 (1950); I. J. Good, Rational decisions, Journal
    of the Royal Statistical Society B 14 (1952); A. H. Murphy, A new vector partition of the
    probability score, Journal of Applied Meteorology 12 (1973).
    """
    pairs = list(zip(probabilities, map(float, outcomes), strict=True))
    count = len(pairs)
    base = math.fsum(won for _, won in pairs) / count
    deciles = tuple(_deciles(pairs))
    brier = math.fsum((said - won) ** 2 for said, won in pairs) / count
    reliability = (
        math.fsum(d.forecasts * (d.mean_probability - d.won) ** 2 for d in deciles) / count
    )
    resolution = math.fsum(d.forecasts * (d.won - base) ** 2 for d in deciles) / count
    uncertainty = base * (1.0 - base)
    return Scores(
        count=count,
        brier=brier,
        log=math.fsum(_surprise(said, won) for said, won in pairs) / count,
        reliability=reliability,
        resolution=resolution,
        uncertainty=uncertainty,
        within_deciles=brier - (reliability - resolution + uncertainty),
        deciles=deciles,
    )


def wilson_interval(successes: float, count: int) -> tuple[float, float]:
    """The 95% interval of a share of `count` trials, 0–1.

    (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n). Source: E. B. Wilson, Probable inference,
    the law of succession, and statistical inference, Journal of the American Statistical
    Association 22 (1927).
    """
    share, square = successes / count, _Z**2 / count
    middle = (share + square / 2.0) / (1.0 + square)
    spread = share * (1.0 - share) / count + square / (4.0 * count)
    margin = _Z * math.sqrt(spread) / (1.0 + square)
    return max(middle - margin, 0.0), min(middle + margin, 1.0)


def _deciles(pairs: Sequence[tuple[float, float]]) -> Iterable[Decile]:
    for number in range(DECILES):
        own = [pair for pair in pairs if min(int(pair[0] * DECILES), DECILES - 1) == number]
        if own:
            wins = math.fsum(won for _, won in own)
            yield Decile(
                number / DECILES,
                len(own),
                math.fsum(said for said, _ in own) / len(own),
                wins / len(own),
                *wilson_interval(wins, len(own)),
            )


def _surprise(said: float, won: float) -> float:
    given = said if won else 1.0 - said
    return -math.log(min(max(given, LEAST_PROBABILITY), 1.0))
