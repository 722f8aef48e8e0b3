"""A value that is kept for some seconds, so that asking often makes no more work."""

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
        """Return the value as of `now`; time that has gone back forgets it."""
        if self._newest is None or not 0 <= (now - self._newest[0]).total_seconds() < (
            self.lifetime.total_seconds()
        ):
            self._newest = (now, compute())
        return self._newest[1]
