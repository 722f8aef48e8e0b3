"""The exchange's own rate limits, in real time: the most calls of a family in ten seconds."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

WINDOW_SECONDS = 10.0
_LONGEST_QUEUE = 0.25  # seconds; the edge first lets callers wait a little
_MOST_WAITING = 8

DOCUMENTED: Mapping[str, int] = {
    "gamma": 4_000,
    "listings": 900,
    "events": 500,
    "markets": 300,
    "clob": 9_000,
    "books": 500,
    "prices-history": 1_000,
}
_GAMMA = ("events", "markets")
_CLOB_MARKETS = "/markets/0x"


def families(path: str) -> tuple[str, ...]:
    """Return the limits that a call of this path counts against."""
    name = path.strip("/").partition("/")[0]
    if name not in _GAMMA or path.startswith(_CLOB_MARKETS):
        return ("clob", *([name] if name in DOCUMENTED and name not in _GAMMA else []))
    return ("gamma", "listings", name)


@dataclass
class Limits:
    """Counts calls. `calls` may be changed at any time, which is how tests make them few."""

    calls: dict[str, int] = field(default_factory=lambda: dict(DOCUMENTED))
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _moments: dict[str, deque[float]] = field(default_factory=dict, repr=False)
    _waiting: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def retry_after(self, path: str) -> float:
        """Count a call and return 0, perhaps after a short wait, or the seconds to retry after."""
        wait = self._count(path)
        if not 0 < wait <= _LONGEST_QUEUE or self._waiting >= _MOST_WAITING:
            return wait
        self._waiting += 1
        try:
            self.sleep(wait)
        finally:
            self._waiting -= 1
        return self._count(path)

    def _count(self, path: str) -> float:
        with self._lock:
            now = self.monotonic()
            wait = max(self._wait(family, now) for family in families(path))
            if wait <= 0:
                for family in families(path):
                    self._moments[family].append(now)
            return max(wait, 0.0)

    def _wait(self, family: str, now: float) -> float:
        """Return the seconds until a call of this family fits into the window."""
        moments = self._moments.setdefault(family, deque())
        while moments and moments[0] <= now - WINDOW_SECONDS:
            moments.popleft()
        excess = len(moments) - self.calls[family]
        if excess < 0:
            return 0.0
        return moments[excess] + WINDOW_SECONDS - now if excess < len(moments) else WINDOW_SECONDS
