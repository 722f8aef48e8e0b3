"""Every benchmark runs, and reports what docs/benchmarks.md lists, however fast the machine is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.bench import Bench
from benchmarks.conditions import conditions
from benchmarks.registry import BENCHMARKS, Benchmark
from benchmarks.report import Result
from local.postgres.server import Postgres

# Cold starts need the built layers: tests/packaging has them.
TRIED = [benchmark for benchmark in BENCHMARKS if benchmark.name != "cold_start"]


@pytest.mark.parametrize("benchmark", TRIED, ids=lambda benchmark: benchmark.name)
def test_a_benchmark_runs_and_writes_its_lines(
    benchmark: Benchmark, postgres_server: Postgres, template_database: str, tmp_path: Path
) -> None:
    bench = Bench(postgres_server, template_database, rows=100, rounds=1)
    state = conditions(tmp_path)
    found = [Result(measured, state, state) for measured in benchmark.measure(bench)]
    report.write_bench_file(tmp_path / "bench.json", found)
    lines = json.loads((tmp_path / "bench.json").read_text())
    assert [line["name"].split(".")[0] for line in lines] == [benchmark.name] * len(lines) != []
    for line in lines:
        assert line["seconds"] > 0
        assert line["work"]
        assert line["before"]["disk_sync_milliseconds"] > 0
        if line["floor_seconds"] is None:  # a rival that is not installed
            assert "could not be installed" in line["work"]
            assert line["ratio"] is None
            continue
        assert line["floor_seconds"] > 0
        assert line["ratio"] == pytest.approx(line["seconds"] / line["floor_seconds"], rel=0.01)
