"""A value that is kept for some seconds, so that it is not computed for every request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

ValueT = TypeVar("ValueT")


@dataclass(slots=True)
class Remembered(Generic[ValueT]):
    """The newest value, computed anew once it is older than `lifetime`."""

    lifetime: timedelta = timedelta(seconds=5)
    _newest: tuple[datetime, ValueT] | None = None

    def value(self, now: datetime, compute: Callable[[], ValueT]) -> ValueT:
        """Return the value at `now`; compute it anew also where the clock has been set back."""
        if self._newest is None or not timedelta(0) <= now - self._newest[0] < self.lifetime:
            self._newest = (now, compute())
        return self._newest[1]
