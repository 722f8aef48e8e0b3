"""The gateway's throttling: a bucket of tokens a route, filled at the template's rate."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping

from local.aws.refusals import Refused
from local.aws.template import Route, Throttling


class Throttle:
    """Counts the requests of the routes that the template throttles by name. Safe for threads."""

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
        """Take a token of the route. Raises `Refused` (429) while its bucket is empty."""
        limit = self._limits.get(route.key)
        if limit is None:
            return
        with self._lock:
            now = self._monotonic()
            left, since = self._buckets[route.key]
            left = min(float(limit.burst), left + (now - since) * limit.rate)
            self._buckets[route.key] = (left - 1 if left >= 1 else left, now)
        if left < 1:
            raise Refused(
                429,
                "too_many_requests",
                f"requests: at most {limit.rate:g} a second to {route.key}, {limit.burst} at once",
                retry_after=str(math.ceil((1 - left) / limit.rate)),
            )
