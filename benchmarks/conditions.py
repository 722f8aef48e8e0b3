"""What the machine was like while something was measured: how busy, and how quick its disk."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PAGE_BYTES = 8192  # what Postgres writes at a time
_SYNCS = 25


@dataclass(frozen=True, slots=True)
class Conditions:
    """The load of the last minute, and the median milliseconds in which a page is on the disk."""

    load: float
    disk_sync_milliseconds: float

    def __str__(self) -> str:
        return f"load {self.load:.2f}, disk sync {self.disk_sync_milliseconds:.2f} ms"


def conditions(directory: Path) -> Conditions:
    """Measure now, on the disk that has `directory`."""
    return Conditions(os.getloadavg()[0], _sync_seconds(directory) * 1e3)


def _sync_seconds(directory: Path) -> float:
    """Return the median of some writes of a page that are followed by an fdatasync each."""
    # macOS has no fdatasync.
    sync = getattr(os, "fdatasync", os.fsync)
    page, seconds = bytes(PAGE_BYTES), []
    with tempfile.TemporaryFile(dir=directory) as file:
        for _ in range(_SYNCS):
            began = time.perf_counter()
            os.pwrite(file.fileno(), page, 0)
            sync(file.fileno())
            seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)
