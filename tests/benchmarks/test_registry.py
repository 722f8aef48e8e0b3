"""Every benchmark runs, and reports what docs/benchmarks.md lists, however fast the machine is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.bench import Bench
from benchmarks.registry import BENCHMARKS, Benchmark
from local.postgres.server import Postgres


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda benchmark: benchmark.name)
def test_a_benchmark_runs_and_writes_its_lines(
    benchmark: Benchmark, postgres_server: Postgres, template_database: str, tmp_path: Path
) -> None:
    bench = Bench(postgres_server, template_database, rows=100, rounds=1)
    found = list(benchmark.measure(bench))
    report.write_bench_file(tmp_path / "bench.json", found)
    lines = json.loads((tmp_path / "bench.json").read_text())
    assert [line["name"].split(".")[0] for line in lines] == [benchmark.name] * len(lines) != []
    for line in lines:
        assert line["seconds"] > 0
        assert line["floor_seconds"] > 0
        assert line["ratio"] == pytest.approx(line["seconds"] / line["floor_seconds"], rel=0.01)
        assert line["work"]
