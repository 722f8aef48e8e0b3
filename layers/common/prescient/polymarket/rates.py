"""The exchange's rate limits, and how to stay below them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

WINDOW_SECONDS = 10.0
OWN_SHARE = 0.5  # a cycle and a price update may run at once, from one address


class Family(StrEnum):
    """The routes that are limited and counted together."""

    EVENTS = "events"
    MARKETS = "markets"
    BOOKS = "books"
    PRICES_HISTORY = "prices_history"
    CLOB_MARKETS = "clob_markets"
    TIME = "time"


class RateLimit(NamedTuple):
    """The most calls to these families, taken together, within any ten seconds."""

    families: frozenset[Family]
    calls: int


GAMMA_FAMILIES = frozenset({Family.EVENTS, Family.MARKETS})
CLOB_FAMILIES = frozenset(Family) - GAMMA_FAMILIES
DOCUMENTED_LIMITS = (
    RateLimit(GAMMA_FAMILIES, 900),  # both listings; the host as a whole would allow 4,000
    RateLimit(frozenset({Family.EVENTS}), 500),
    RateLimit(frozenset({Family.MARKETS}), 300),
    RateLimit(CLOB_FAMILIES, 9000),
    RateLimit(frozenset({Family.BOOKS}), 500),
    RateLimit(frozenset({Family.PRICES_HISTORY}), 1000),
)


class _Window:
    """The moments of the latest calls under one limit, oldest first."""

    def __init__(self, calls: int) -> None:
        self._moments: deque[float] = deque(maxlen=calls)

    def wait(self, now: float) -> float:
        """Seconds until one more call fits; zero or less when it does now."""
        full = len(self._moments) == self._moments.maxlen
        return self._moments[0] + WINDOW_SECONDS - now if full else 0.0

    def note(self, now: float) -> None:
        self._moments.append(now)


class RateLimiter:
    """Keeps calls below `share` of each limit. Threads may share it."""

    def __init__(
        self,
        limits: Sequence[RateLimit],
        *,
        share: float = OWN_SHARE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        windows = [(limit, _Window(max(1, int(limit.calls * share)))) for limit in limits]
        self._windows = {
            family: [window for limit, window in windows if family in limit.families]
            for family in Family
        }

    def acquire(self, family: Family) -> float:
        """Count a call and return zero, or return the seconds until it may be made."""
        with self._lock:
            now = self._monotonic()
            windows = self._windows[family]
            wait = max((window.wait(now) for window in windows), default=0.0)
            if wait > 0:
                return wait
            for window in windows:
                window.note(now)
            return 0.0
