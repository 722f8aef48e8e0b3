"""Reads that are sent now and waited for later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pending(Generic[T]):
    """The answer to a read that is sent already.

    Each wait for the database is a round trip. A portfolio's transaction is a pipeline, so reads
    that are sent (by functions named `send_…`) before the first `get` share one.
    """

    _read: Callable[[], T]

    def get(self) -> T:
        """Wait for the answer; once, since reading it uses it up."""
        return self._read()
