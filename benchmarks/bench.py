"""The server and size that a benchmark is given, and the measurements that it yields.

A *lap* is one timed run of one contestant. Contestants take turns, so that whatever else the
machine does meanwhile slows all of them alike; the median lap of each counts.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from local.postgres import databases
from local.postgres.server import Postgres


@dataclass(frozen=True, slots=True)
class Lap:
    """Seconds on the wall clock, and what else was measured on the way, by name with its unit."""

    seconds: float
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measurement:
    """A line of `bench.json`: what `work` took, and its floor, which makes the same durable change.

    Without a floor there was nothing to compare with, and `work` says why. docs/benchmarks.md has
    the bounds: `bound` is how many times its floor it may take, `most_seconds` how many seconds;
    `most` and `least` limit figures of the lap.
    """

    name: str
    lap: Lap
    floor: Lap | None
    work: str
    bound: float | None = None
    most_seconds: float | None = None
    most: Mapping[str, float] = field(default_factory=dict)
    least: Mapping[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return None if self.floor is None else self.lap.seconds / self.floor.seconds

    @property
    def is_bounded(self) -> bool:
        limits = (self.bound, self.most_seconds)
        return bool(self.most or self.least) or any(limit is not None for limit in limits)

    @property
    def missed(self) -> Sequence[str]:
        """What is not within its bound: `ratio`, `seconds`, or the name of a figure."""
        figures = self.lap.figures
        found = {
            "ratio": self.bound is not None and self.ratio is not None and self.ratio > self.bound,
            "seconds": self.most_seconds is not None and self.lap.seconds > self.most_seconds,
            **{name: figures[name] > limit for name, limit in self.most.items()},
            **{name: figures[name] < limit for name, limit in self.least.items()},
        }
        return [name for name, is_missed in found.items() if is_missed]


def lap_of_process(module: str, *arguments: str) -> Lap:
    """Run a lap in a process of its own, whose memory has nothing of other contestants.

    `python -m module arguments` prints a JSON object with the seconds and its other figures.
    """
    lap = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    figures = json.loads(lap.stdout)
    return Lap(figures.pop("seconds"), figures)


class Stopwatch:
    """Times a `with` block."""

    seconds: float

    def __enter__(self) -> Self:
        self._started = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._started


@contextmanager
def started() -> Iterator[None]:
    """Spare what there is from collections of garbage, as `runtime.starting` does.

    A function's process has nothing of other benchmarks in it.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@dataclass(frozen=True, slots=True)
class Bench:
    """A durable Postgres, a `template` on it with all migrations applied, and the size of the work.

    `rows` is what the benchmark counts; each contestant runs `rounds` laps.
    """

    server: Postgres
    template: str
    rows: int
    rounds: int

    @contextmanager
    def database(self, *, copy_of: str | None = None) -> Iterator[str]:
        """Yield the URL of a database of its own, empty or a copy of that of the URL `copy_of`.

        No session may use the original while it is copied.
        """
        template = databases.name_of(copy_of) if copy_of else self.template
        url = self.server.url(f"bench_{uuid.uuid4().hex}")
        databases.create(url, template=template)
        try:
            yield url
        finally:
            databases.drop(url)

    def interleaved(self, *contestants: Callable[[], Lap]) -> Sequence[Lap]:
        """Return the median lap of each contestant, in the order given."""
        laps: list[list[Lap]] = [[] for _ in contestants]
        for number in range(self.rounds):
            turns = list(zip(contestants, laps, strict=True))
            for contestant, own in turns if number % 2 == 0 else reversed(turns):
                with started():
                    own.append(contestant())
        return [_median(own) for own in laps]


def _median(laps: Sequence[Lap]) -> Lap:
    """Return the lap in the middle, the slower of two."""
    return sorted(laps, key=lambda lap: lap.seconds)[len(laps) // 2]
