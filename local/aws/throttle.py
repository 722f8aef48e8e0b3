"""The gateway's throttling: one token bucket per route, filled at the template's rate."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping

from local.aws.refusals import Refused
from local.aws.template import Route, Throttling


class Throttle:
    """Counts requests to the routes that have their own limits. Safe to use from many threads."""

    def __init__(
        self,
        limits: Mapping[str, Throttling],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._buckets = {key: (float(limit.burst), monotonic()) for key, limit in limits.items()}

    def count(self, route: Route) -> None:
        """Take a token from the route's bucket. Raises `Refused` (429) while it is empty."""
        limit = self._limits.get(route.key)
        if limit is None:
            return
        with self._lock:
            now = self._monotonic()
            tokens, since = self._buckets[route.key]
            tokens = min(float(limit.burst), tokens + (now - since) * limit.rate)
            self._buckets[route.key] = (tokens - 1 if tokens >= 1 else tokens, now)
        if tokens < 1:
            raise Refused(
                429,
                "too_many_requests",
                f"requests: at most {limit.rate:g} a second to {route.key}, {limit.burst} at once",
                retry_after=str(math.ceil((1 - tokens) / limit.rate)),
            )
