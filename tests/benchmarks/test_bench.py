"""Laps are taken in turns, and the one in the middle counts."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from rich.console import Console

from benchmarks import report
from benchmarks.bench import Bench, Lap, Measurement
from benchmarks.conditions import Conditions, conditions
from benchmarks.report import Result
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


_QUIET, _BUSY = Conditions(0.1, 0.25), Conditions(7.5, 3.0)
_WITHIN = Measurement("quick", Lap(3.0), Lap(2.0), "work", bound=2)
_ABOVE = Measurement("slow", Lap(9.0, {"peak_megabytes": 128.4}), Lap(2.0), "work", bound=2)
_ALONE = Measurement(
    "alone", Lap(9.0, {"fills_per_second": 10}), None, "work", 1, least={"fills_per_second": 20}
)


def _results(*measurements: Measurement) -> list[Result]:
    return [Result(measurement, _QUIET, _BUSY) for measurement in measurements]


def test_the_table_marks_what_misses_its_bound_without_colours_too() -> None:
    written = io.StringIO()
    shown = report.table(_results(_WITHIN, _ABOVE, _ALONE))
    Console(file=written, width=130).print(shown)
    _, quick, slow, alone = (line for line in written.getvalue().splitlines() if "work" in line)
    assert "1.50" in quick
    assert "MISSED" not in quick
    assert "4.50" in slow
    assert "MISSED" in slow
    assert "128 peak megabytes" in slow
    assert "–" in alone
    assert "MISSED" in alone


def test_the_verdict_names_what_was_missed_and_the_state_of_the_machine() -> None:
    told = report.verdict(_results(_WITHIN, _ABOVE, _ALONE))
    assert "At the start: load 0.10, disk sync 0.25 ms; at the end: load 7.50" in told
    assert "1 of 3" in told
    assert "MISSED: slow (ratio), alone (fills_per_second)." in told
    assert "MISSED" not in report.verdict(_results(_WITHIN))


@pytest.mark.parametrize(
    ("missed", "measurement"),
    [
        ([], Measurement("n", Lap(1.0), Lap(1.0), "work")),
        ([], Measurement("n", Lap(1.0), Lap(1.0), "work", bound=1, most_seconds=1)),
        (["seconds"], Measurement("n", Lap(1.1), Lap(1.1), "work", bound=1, most_seconds=1)),
        (["trips"], Measurement("n", Lap(1.0, {"trips": 7}), Lap(1.0), "work", most={"trips": 6})),
        ([], Measurement("n", Lap(1.0, {"trips": 6}), Lap(1.0), "work", most={"trips": 6})),
    ],
)
def test_bounds_hold_for_ratios_seconds_and_figures(
    measurement: Measurement, missed: list[str]
) -> None:
    assert measurement.missed == missed


def test_the_disk_takes_time_to_keep_a_page(tmp_path: Path) -> None:
    assert conditions(tmp_path).disk_sync_milliseconds > 0
