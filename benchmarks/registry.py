"""Every benchmark: one module, one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks import (
    cold_start,
    comparison,
    execute,
    ingest,
    isolation,
    performance,
    performance_reads,
    price_update,
    reads,
    rival,
    upgrade,
)
from benchmarks.bench import Bench, Measurement


@dataclass(frozen=True, slots=True)
class Benchmark:
    """`rows` is its size and `rounds` its laps, unless ROWS or ROUNDS give others."""

    name: str
    measure: Callable[[Bench], Iterator[Measurement]]
    rows: int
    rounds: int = 5


BENCHMARKS = (
    Benchmark("ingest", ingest.measure, rows=5_000, rounds=3),
    Benchmark("price_update", price_update.measure, rows=5_000),
    Benchmark("execute", execute.measure, rows=1_000),
    Benchmark("rival", rival.measure, rows=1_000),
    Benchmark("isolation", isolation.measure, rows=1_000),
    Benchmark("upgrade", upgrade.measure, rows=5_000, rounds=3),
    Benchmark("performance", performance.measure, rows=1_000),
    Benchmark("performance_reads", performance_reads.measure, rows=1_000, rounds=3),
    Benchmark("reads", reads.measure, rows=100, rounds=300),
    Benchmark("comparison", comparison.measure, rows=4_950, rounds=3),
    Benchmark("cold_start", cold_start.measure, rows=10, rounds=15),
)
