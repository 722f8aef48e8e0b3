"""One command at a time owns `.local`: its database, its log, its clock.

The owner holds a file lock, which the kernel releases when the process ends, however it ends.
Standard library only: `make clean` asks too, and needs no virtualenv.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

FOLDER = Path(".local")
_WAYS_OUT: Mapping[tuple[str, str], str] = {
    ("run", "run"): "Wait for its end, or stop it: {stop}.",
    ("run", "serve"): "`make run` would begin its database anew: stop it first, {stop}.",
    ("serve", "run"): "Serve when it has ended, or stop it: {stop}.",
    (
        "serve",
        "serve",
    ): "Two would run two clocks on one database: use it, or stop it: {stop}.",
}


class FolderTaken(Exception):
    """Another process owns the folder; the message names it and the way out."""


class FolderUnusable(Exception):
    """The folder cannot be written; the message says what to do."""


@contextmanager
def owned(command: str, folder: Path = FOLDER) -> Iterator[None]:
    """Own the folder for `make COMMAND`. Raises `FolderTaken` or `FolderUnusable`."""
    with _lock(folder) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise FolderTaken(_refusal(command, lock.read(), folder)) from None
        lock.truncate(0)
        lock.write(f"{command} {os.getpid()}")
        lock.flush()
        yield


def _lock(folder: Path) -> IO[str]:
    try:
        folder.mkdir(exist_ok=True)
        return (folder / "owner.lock").open("a+")
    except OSError as error:
        raise FolderUnusable(
            f"{folder.absolute()} cannot be written ({error.strerror}): copy the project to a "
            "folder of yours, or take over what another user left there with chown."
        ) from None


def _refusal(command: str, owner: str, folder: Path) -> str:
    # Between its lock and its name an owner is a moment without one.
    name, _, pid = owner.partition(" ")
    stop = f"kill {pid}" if pid else "Ctrl-C in its terminal"
    way_out = _WAYS_OUT.get((command, name), "Stop it first: {stop}.").format(stop=stop)
    shown = f"`make {name}` (process {pid})" if pid else "Another command"
    return f"{shown} uses {folder}. {way_out}"
