"""The cost of row-level security in the steps of a portfolio.

Floor: the same steps by the same role, in a copy of the database where it is switched off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

import psycopg
from pydantic import BaseModel

from benchmarks import waiting
from benchmarks.bench import Bench, Lap, Measurement, Stopwatch
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import cycles, statements
from prescient.usecases import execute, snapshot
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.portfolio_step import PortfolioStepRequest

SQL = statements.load(__file__)
SIGNALS = 10
Step = Callable[[PortfolioStepRequest, StepContext], BaseModel]


def measure(bench: Bench) -> Iterator[Measurement]:
    """`rows` are signals; snapshots follow on their execution."""
    portfolios = max(bench.rows // SIGNALS, 1)
    with (
        waiting.signals(bench, portfolios, SIGNALS) as bound,
        _without_policies(bench, bound) as free,
    ):
        yield _compared(bench, "execute", execute.run, bound, free)
        for url in (bound, free):
            _run(execute.run, url)
        yield _compared(bench, "snapshot", snapshot.run, bound, free)


@contextmanager
def _without_policies(bench: Bench, original: str) -> Iterator[str]:
    with bench.database(copy_of=original) as url:
        with psycopg.connect(url) as connection:
            connection.execute(SQL["disable_policies"])
        yield url


def _compared(bench: Bench, name: str, step: Step, bound: str, free: str) -> Measurement:
    found: list[Sequence[BaseModel]] = []

    def lap(original: str) -> Lap:
        with bench.database(copy_of=original) as url:
            seconds, results = _run(step, url)
            found.append(results)
            return Lap(seconds)

    ours, floor = bench.interleaved(lambda: lap(bound), lambda: lap(free))
    assert all(results == found[0] for results in found), "the policies change what the step does"
    work = f"{len(found[0]):,} portfolios × {SIGNALS} signals"
    return Measurement(f"isolation.{name}", ours, floor, work)


def _run(step: Step, url: str) -> tuple[float, Sequence[BaseModel]]:
    """Run the step of portfolio after portfolio; return the seconds and the answers."""
    portfolio_ids = _portfolio_ids(url)
    with waiting.context(url) as context, Stopwatch() as watch:
        results = [step(waiting.request(portfolio_id), context) for portfolio_id in portfolio_ids]
    return watch.seconds, results


def _portfolio_ids(url: str) -> Sequence[PortfolioId]:
    with closing(psycopg.connect(url)) as connection:
        return cycles.enrolled(connection, waiting.CYCLE)
