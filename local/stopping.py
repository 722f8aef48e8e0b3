"""Ctrl-C, SIGTERM, a closed terminal: the first ends in good order, the second at once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_FIRST = "\r\x1b[KStopping: {finished} first. Ctrl-C again ends it at once.\n"
_SECOND = "\r\x1b[KEnded at once.\n"
_POLL_SECONDS = 0.1


class Stopped(Exception):
    """The user wants an end, and this is a good moment for it."""


class Stopping:
    """Whether an end is wanted; the signals say so between `__enter__` and `__exit__`.

    Only the main thread may enter it.
    """

    def __init__(self, finished: str = "what runs is finished") -> None:
        """`finished` is what an end waits for."""
        self._finished = finished
        self._is_wanted = False
        self._at_once: list[Callable[[], None]] = []
        self._usual: dict[signal.Signals, signal.Handlers | Callable[..., object] | int | None] = {}

    def __enter__(self) -> Self:
        self._usual = {number: signal.signal(number, self._receive) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, usual in self._usual.items():
            signal.signal(number, usual)

    def at_once(self, end: Callable[[], None]) -> None:
        """Call `end` before the process ends at once; what it raises is ignored."""
        self._at_once.append(end)

    def check(self) -> None:
        """Raise `Stopped` if an end is wanted."""
        if self._is_wanted:
            raise Stopped

    def wait(self) -> None:
        """Wait until an end is wanted."""
        while not self._is_wanted:
            time.sleep(_POLL_SECONDS)

    def _receive(self, number: int, _: object) -> None:
        if not self._is_wanted:
            self._is_wanted = True
            _say(_FIRST.format(finished=self._finished))
            return
        _say(_SECOND)
        for end in self._at_once:
            with suppress(Exception):
                end()
        os._exit(128 + number)


def _say(text: str) -> None:
    # Not by print, whose lock the interrupted code may hold; the terminal may be gone.
    with suppress(OSError):
        shown = text if os.isatty(2) else text.removeprefix("\r\x1b[K")
        os.write(2, shown.encode())
