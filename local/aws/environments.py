"""The execution environments of one function: each serves one invocation at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

MOST = 25  # at once, which leaves a Postgres of 100 connections room for the other functions
IDLE_SECONDS = 3.0


class Environment(Protocol):
    """The resources that a handler keeps between invocations."""

    def close(self) -> None: ...


Handler = Callable[[Any, Any], Any]


class TooManyRequestsException(Exception):
    """All environments are busy, and none becomes free in time; the name is Lambda's own."""


@dataclass(frozen=True, slots=True)
class _Idle:
    environment: Environment
    handler: Handler
    since: float


class Environments:
    """Opens at most `most` environments, and closes those that were idle for `idle_seconds`.

    The one that was used last stays open, as Lambda keeps one warm. Safe to use from many threads.
    """

    def __init__(
        self,
        open_environment: Callable[[], tuple[Environment, Handler]],
        most: int = MOST,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._open_environment = open_environment
        self._idle_seconds = idle_seconds
        self._free = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._idle: list[_Idle] = []  # the most recently used last
        self._sweep: threading.Timer | None = None

    @contextmanager
    def lent(self, seconds: float) -> Iterator[Handler]:
        """Lend the handler of an environment, and wait up to `seconds` for a free one.

        Raises `TooManyRequestsException` when none has become free by then.
        """
        if not self._free.acquire(timeout=seconds):
            raise TooManyRequestsException("Rate Exceeded.")
        try:
            with self._lock:
                taken = self._idle.pop() if self._idle else None
            environment, handler = (
                (taken.environment, taken.handler) if taken else self._open_environment()
            )
            try:
                yield handler
            finally:
                self._take_back(environment, handler)
        finally:
            self._free.release()

    def close(self) -> None:
        """Close the idle environments. Nothing may be lent afterwards."""
        with self._lock:
            if self._sweep is not None:
                self._sweep.cancel()
            closing, self._idle = self._idle, []
        for idle in closing:
            idle.environment.close()

    def _take_back(self, environment: Environment, handler: Handler) -> None:
        with self._lock:
            self._idle.append(_Idle(environment, handler, time.monotonic()))
            self._plan_sweep()

    def _plan_sweep(self) -> None:
        """Plan to close the oldest idle environment, unless only the warm one is idle."""
        if len(self._idle) > 1 and self._sweep is None:
            due = self._idle[0].since + self._idle_seconds
            self._sweep = threading.Timer(max(0.0, due - time.monotonic()), self._close_surplus)
            self._sweep.daemon = True
            self._sweep.start()

    def _close_surplus(self) -> None:
        due = time.monotonic() - self._idle_seconds
        with self._lock:
            surplus = [idle for idle in self._idle[:-1] if idle.since <= due]
            self._idle = [idle for idle in self._idle if idle not in surplus]
            self._sweep = None
            self._plan_sweep()
        for idle in surplus:
            idle.environment.close()
