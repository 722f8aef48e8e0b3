"""The results of the benchmarks: a table for people, `bench.json` for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from benchmarks.bench import Measurement
from benchmarks.conditions import Conditions

BENCH_FILE = Path(".local/bench.json")


@dataclass(frozen=True, slots=True)
class Result:
    """A measurement, and what the machine was like before and after its benchmark."""

    measurement: Measurement
    before: Conditions
    after: Conditions


def table(results: Sequence[Result]) -> Table:
    """Return a table with a line a measurement; one that misses a bound says so."""
    shown = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    shown.add_column("benchmark", no_wrap=True)
    for name in ("seconds", "floor", "ratio", "bound"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("", no_wrap=True)
    shown.add_column("work")
    for measurement in (result.measurement for result in results):
        floor, ratio = measurement.floor, measurement.ratio
        shown.add_row(
            measurement.name,
            f"{measurement.lap.seconds:.4f}",
            "–" if floor is None else f"{floor.seconds:.4f}",
            "–" if ratio is None else f"{ratio:.2f}",
            "\n".join(_bounds(measurement)),
            "[bold red]MISSED[/]" if measurement.missed else "",
            "; ".join(
                [measurement.work, *(_figure(*figure) for figure in _figures(measurement).items())]
            ),
        )
    return shown


def verdict(results: Sequence[Result]) -> str:
    """Say which bounds were missed, and what the machine was like from first to last."""
    bounded = [result.measurement for result in results if result.measurement.is_bounded]
    missed = [measurement for measurement in bounded if measurement.missed]
    told = [f"{measurement.name} ({', '.join(measurement.missed)})" for measurement in missed]
    lines = [
        f"At the start: {results[0].before}; at the end: {results[-1].after}.",
        f"Bounds met by {len(bounded) - len(missed)} of {len(bounded)} lines that have one.",
        *([f"MISSED: {', '.join(told)}."] if told else []),
    ]
    return "\n".join(lines)


def write_bench_file(path: Path, results: Sequence[Result]) -> None:
    """Write the list of results; bounds, figures and conditions are fields of their own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([_entry(result) for result in results], indent=2) + "\n")


def _bounds(measurement: Measurement) -> Iterator[str]:
    """What is allowed: times the floor, seconds, or of a figure."""
    if measurement.bound is not None:
        yield f"{measurement.bound:g}"
    if measurement.most_seconds is not None:
        yield f"{measurement.most_seconds:g} s"
    for sign, limits in (("≤", measurement.most), ("≥", measurement.least)):
        for name, limit in limits.items():
            yield f"{sign} {_figure(name, limit)}"


def _entry(result: Result) -> Mapping[str, object]:
    measurement, floor = result.measurement, result.measurement.floor
    ratio = measurement.ratio
    return {
        "name": measurement.name,
        "seconds": round(measurement.lap.seconds, 6),
        "floor_seconds": None if floor is None else round(floor.seconds, 6),
        "ratio": None if ratio is None else round(ratio, 3),
        "work": measurement.work,
        **_allowed(measurement),
        **{name: round(value, 3) for name, value in _figures(measurement).items()},
        "before": asdict(result.before),
        "after": asdict(result.after),
    }


def _allowed(measurement: Measurement) -> Mapping[str, object]:
    """Return the bounds of a measurement, and which of them it missed."""
    if not measurement.is_bounded:
        return {}
    limits = {
        "bound": measurement.bound,
        "most_seconds": measurement.most_seconds,
        "most": dict(measurement.most) or None,
        "least": dict(measurement.least) or None,
    }
    given = {name: limit for name, limit in limits.items() if limit is not None}
    return {**given, "missed": list(measurement.missed)}


def _figures(measurement: Measurement) -> Mapping[str, float]:
    """Return the figures of the lap, then those of the floor with the prefix `floor_`."""
    of_floor = {} if measurement.floor is None else measurement.floor.figures
    return {
        **measurement.lap.figures,
        **{f"floor_{name}": value for name, value in of_floor.items()},
    }


def _figure(name: str, value: float) -> str:
    return f"{value:,.0f} {name.replace('_', ' ')}"
