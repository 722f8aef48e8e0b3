"""The results of the benchmarks: a table for people, `bench.json` for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from benchmarks.bench import Measurement

BENCH_FILE = Path(".local/bench.json")


def table(measurements: Sequence[Measurement]) -> Table:
    """Return a table with a line a measurement; a ratio above its bound is marked."""
    shown = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    shown.add_column("benchmark", no_wrap=True)
    for name in ("seconds", "floor", "ratio", "bound"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("work")
    for measurement in measurements:
        shown.add_row(
            measurement.name,
            f"{measurement.lap.seconds:.4f}",
            f"{measurement.floor.seconds:.4f}",
            f"{measurement.ratio:.2f}"
            if measurement.is_within_bound
            else f"[bold red]{measurement.ratio:.2f}[/]",
            _bound(measurement),
            "; ".join(
                [measurement.work, *(_figure(*figure) for figure in _figures(measurement).items())]
            ),
        )
    return shown


def _bound(measurement: Measurement) -> str:
    """What is allowed: times the floor, or seconds."""
    if measurement.most_seconds is not None:
        return f"{measurement.most_seconds:g} s"
    return "" if measurement.bound is None else f"{measurement.bound:g}"


def write_bench_file(path: Path, measurements: Sequence[Measurement]) -> None:
    """Write the list of results; bound and figures are fields of their own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps([_entry(measurement) for measurement in measurements], indent=2) + "\n"
    )


def _entry(measurement: Measurement) -> Mapping[str, object]:
    allowed = {"bound": measurement.bound, "most_seconds": measurement.most_seconds}
    return {
        "name": measurement.name,
        "seconds": round(measurement.lap.seconds, 6),
        "floor_seconds": round(measurement.floor.seconds, 6),
        "ratio": round(measurement.ratio, 3),
        "work": measurement.work,
        **{name: value for name, value in allowed.items() if value is not None},
        **{name: round(value, 3) for name, value in _figures(measurement).items()},
    }


def _figures(measurement: Measurement) -> Mapping[str, float]:
    """Return the figures of the lap, then those of the floor with the prefix `floor_`."""
    return {
        **measurement.lap.figures,
        **{f"floor_{name}": value for name, value in measurement.floor.figures.items()},
    }


def _figure(name: str, value: float) -> str:
    return f"{value:,.0f} {name.replace('_', ' ')}"
