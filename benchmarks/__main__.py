"""`make bench [ONLY=name,name] [ROWS=n] [ROUNDS=n]`: measure, print and write the result."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import report
from benchmarks.bench import Bench
from benchmarks.conditions import conditions
from benchmarks.registry import BENCHMARKS, Benchmark
from benchmarks.report import Result
from local.demo.console import terminal
from local.postgres import databases, migrations
from local.postgres.server import Postgres

_TEMPLATE = "migrated"


def main() -> None:
    """Run the benchmarks of ONLY, all of them by default."""
    asked = _asked(os.environ.get("ONLY", ""))
    rows, rounds = _whole_number("ROWS"), _whole_number("ROUNDS")
    if rows and len(asked) != 1:
        sys.exit("ROWS: what a row is depends on the benchmark, so name one: ONLY=" + asked[0].name)
    directory = Path(tempfile.mkdtemp(prefix="prescient-bench-"))
    with _durable_server(directory) as server:
        found = list(_results(server, directory, asked, rows, rounds))
    report.write_bench_file(report.BENCH_FILE, found)
    terminal().print(report.table(found))
    print(f"Medians of laps taken in turns; {report.BENCH_FILE} has them.")
    print(report.verdict(found))


def _results(
    server: Postgres,
    directory: Path,
    asked: Sequence[Benchmark],
    rows: int | None,
    rounds: int | None,
) -> Iterator[Result]:
    for benchmark in asked:
        bench = Bench(server, _TEMPLATE, rows or benchmark.rows, rounds or benchmark.rounds)
        before = conditions(directory)
        work = f"{bench.rows:,} rows, {bench.rounds} rounds"
        print(f"{benchmark.name}: {work}, {before} …", flush=True)
        measured = list(benchmark.measure(bench))
        after = conditions(directory)
        yield from (Result(measurement, before, after) for measurement in measured)


def _asked(names: str) -> Sequence[Benchmark]:
    known: Mapping[str, Benchmark] = {benchmark.name: benchmark for benchmark in BENCHMARKS}
    asked = [name.strip() for name in names.split(",") if name.strip()]
    unknown = [name for name in asked if name not in known]
    if unknown:
        sys.exit(f"ONLY: no benchmark {unknown[0]!r}; there are {', '.join(known)}")
    return [known[name] for name in asked or known]


def _whole_number(name: str) -> int | None:
    given = os.environ.get(name, "")
    if given and not (given.isdecimal() and int(given) > 0):
        sys.exit(f"{name}: {given!r} is not a whole number above 0")
    return int(given) if given else None


@contextmanager
def _durable_server(directory: Path) -> Iterator[Postgres]:
    """Open a server that keeps what it commits, as AWS does; floors and contestants pay alike."""
    try:
        with Postgres(directory) as server:
            migrations.upgrade(databases.create(server.url(_TEMPLATE)))
            yield server
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
