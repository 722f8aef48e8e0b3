"""A sign of life while something takes its time.

`python -m local.heartbeat TEXT COMMAND...` runs a command that shows none of its own. Standard
library only: the install needs it before there is anything else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Self

_SPINNER = "|/-\\"
_WIPE = "\r\x1b[K"
_TERMINAL_SECONDS = 0.1
_LINE_SECONDS = 1.5


class Heartbeat:
    """Shows on standard error what is being done, from `__enter__` to `__exit__`.

    On a terminal that is one line, written over and wiped at the end. Elsewhere it is a line
    whenever two seconds are nearly over.
    """

    def __init__(self, doing: str) -> None:
        self._doing: str | Callable[[], str] = doing
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True, name="heartbeat")
        self._on_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        if self._on_terminal:
            _write(_WIPE)

    def show(self, doing: str | Callable[[], str]) -> None:
        """Show another text from the next beat on, or what is answered at each beat."""
        self._doing = doing

    def _beat(self) -> None:
        started, beats = time.monotonic(), 0
        while not self._ended.wait(_TERMINAL_SECONDS if self._on_terminal else _LINE_SECONDS):
            doing = self._doing if isinstance(self._doing, str) else self._doing()
            text = f"{doing} ... {time.monotonic() - started:.0f} s"
            _write(_over_the_line(text, beats) if self._on_terminal else f"  {text}\n")
            beats += 1


def _over_the_line(text: str, beats: int) -> str:
    spinner = _SPINNER[beats % len(_SPINNER)]
    return _WIPE + f"{spinner} {text}"[: shutil.get_terminal_size().columns - 1]


def _write(text: str) -> None:
    # A terminal that has gone away, or cannot print a name, is no reason to fail.
    with suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()


@contextmanager
def closed_visibly() -> Iterator[ExitStack]:
    """Yield a stack of resources whose closing shows a sign of life."""
    with ExitStack() as resources:
        try:
            yield resources
        finally:
            with Heartbeat("Stopping"):
                resources.close()


def main() -> int:
    """Run the command, and return its exit status."""
    doing, *command = sys.argv[1:]
    with Heartbeat(doing):
        done = subprocess.run(
            command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    sys.stdout.buffer.write(done.stdout)
    return done.returncode


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
