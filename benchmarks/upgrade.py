"""The upgrade of a filled database of schema v1, and how long its readers wait meanwhile.

Floor: the tables that it fills, made, filled and indexed by one plain INSERT … SELECT each, and the
old ones dropped: no row is judged, nothing kept for a downgrade, compared, proved or reported.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg

from benchmarks.bench import Bench, Lap, Measurement, Stopwatch, lap_of_process
from local.postgres import migrations
from prescient.store import statements

SQL = statements.load(__file__)
OLD = statements.load(str(Path(__file__).with_name("old_database.py")))
_REVISION = Path(__file__).parent.parent / "migrations/versions/0002_multi_portfolio"
_POLL_SECONDS = 0.005
_BOUND = 2.5
_ROWS_OF_THE_BOUND = 100_000  # with fewer, what a migration costs whatever it moves counts more


def measure(bench: Bench) -> Iterator[Measurement]:
    """`rows` are trades; there are as many signals and three times as many market snapshots."""
    with bench.database(copy_of=bench.server.url("template1")) as old:
        _fill(old, bench.rows)
        ours, floor = bench.interleaved(lambda: _upgrade(bench, old), lambda: _floor(bench, old))
    size = f"{bench.rows:,}"
    work = f"{size} trades, {size} signals, {3 * bench.rows:,} market snapshots of schema v1"
    bound = _BOUND if bench.rows >= _ROWS_OF_THE_BOUND else None
    yield Measurement("upgrade", ours, floor, work, bound)


def _fill(url: str, rows: int) -> None:
    migrations.upgrade(url, "0001")
    with psycopg.connect(url) as connection:
        for statement in OLD.values():
            connection.execute(statement, {"size": rows, "markets": max(rows // 20, 2000)})


def _upgrade(bench: Bench, old: str) -> Lap:
    with bench.database(copy_of=old) as url, _reader(url) as waits:
        lap = lap_of_process("benchmarks.upgrade_process", url)
    waited = {"milliseconds_that_a_reader_waits": 1000 * max(waits)}
    return Lap(lap.seconds, {**lap.figures, **waited})


@contextmanager
def _reader(url: str) -> Iterator[list[float]]:
    """Read a table of the old system over and over; return the seconds of each reading."""
    waits = [0.0]
    stop = threading.Event()

    def read() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not stop.wait(_POLL_SECONDS):
                started = time.perf_counter()
                connection.execute(SQL["read"])
                waits.append(time.perf_counter() - started)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield waits
    finally:
        stop.set()
        thread.join()


def _floor(bench: Bench, old: str) -> Lap:
    tables, keys = (_part(name) for name in ("04_tables.sql", "07_constraints.sql"))
    parts = (SQL["begin"], tables, SQL["fill"], keys, SQL["end"])
    with (
        bench.database(copy_of=old) as url,
        psycopg.connect(url) as connection,
        Stopwatch() as watch,
    ):
        for part in parts:
            connection.execute(part)
        connection.commit()
    return Lap(watch.seconds)


def _part(name: str) -> LiteralString:
    return (_REVISION / name).read_text("utf-8")
