"""Laps are taken in turns, and the one in the middle counts."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest
from rich.console import Console

from benchmarks import report
from benchmarks.bench import Bench, Lap, Measurement
from local.postgres.server import Postgres


@pytest.fixture
def bench(postgres_server: Postgres, template_database: str) -> Bench:
    return Bench(postgres_server, template_database, rows=1, rounds=3)


def test_contestants_take_turns_in_alternating_order_and_their_medians_count(bench: Bench) -> None:
    turns: list[str] = []

    def contestant(name: str, *seconds: float) -> Callable[[], Lap]:
        left = iter(seconds)

        def lap() -> Lap:
            turns.append(name)
            return Lap(next(left), {"turn": len(turns)})

        return lap

    ours, floor = bench.interleaved(contestant("ours", 9, 2, 3), contestant("floor", 1, 5, 1))
    assert turns == ["ours", "floor", "floor", "ours", "ours", "floor"]
    assert (ours, floor) == (Lap(3, {"turn": 5}), Lap(1, {"turn": 6}))


def test_a_copy_of_a_database_has_its_rows_and_leaves_nothing_behind(bench: Bench) -> None:
    with bench.database() as original:
        with closing(psycopg.connect(original)) as connection, connection:
            connection.execute("INSERT INTO market_backfills VALUES ('m1', 1, now(), 0)")
        with bench.database(copy_of=original) as copy, psycopg.connect(copy) as connection:
            assert connection.execute("SELECT market_id FROM market_backfills").fetchall() == [
                ("m1",)
            ]
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(copy)


def test_the_table_marks_a_ratio_above_its_bound() -> None:
    within = Measurement("quick", Lap(3.0), Lap(2.0), "work", bound=2)
    above = Measurement("slow", Lap(9.0, {"peak_megabytes": 128.4}), Lap(2.0), "work", bound=2)
    written = io.StringIO()
    Console(file=written, width=110, force_terminal=True).print(report.table([within, above]))
    _, quick, slow = (line for line in written.getvalue().splitlines() if "work" in line)
    assert "1.50" in quick
    assert "\x1b[1;31m1.50" not in quick
    assert "\x1b[1;31m4.50" in slow
    assert "128 peak megabytes" in slow
