"""The execute step of portfolio after portfolio, on one connection of its role.

Floor: the fills that it comes to, written by one statement a portfolio, by a superuser, whom no
row-level security binds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import psycopg

from benchmarks import waiting
from benchmarks.bench import Bench, Lap, Measurement, Stopwatch
from benchmarks.round_trips import counting
from local.exchange.simulated import EPOCH
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import cycles, statements
from prescient.usecases import execute

SQL = statements.load(__file__)
BOUND = 2.0


def measure(bench: Bench) -> Iterator[Measurement]:
    """`rows` are the signals of one portfolio that has all, or of many that have ten each."""
    yield from _compare(bench, "execute", max(bench.rows // 10, 1), 10)
    yield from _compare(bench, "execute.one_portfolio", 1, bench.rows)
    yield from _compare(bench, "execute.single_signals", max(bench.rows // 5, 1), 1)
    yield from _compare(bench, "execute.many_signals", 1, 50)


def _compare(bench: Bench, name: str, portfolios: int, signals: int) -> Iterator[Measurement]:
    with waiting.signals(bench, portfolios, signals) as url:
        contest = _prepared(bench, url)
        ours, floor = bench.interleaved(contest.execute, contest.write)
    yield Measurement(name, ours, floor, f"{portfolios:,} × {signals:,} signals", BOUND)


@dataclass(frozen=True, slots=True)
class _Contest:
    """`fills` are what each portfolio buys, as JSON; `change` is what every lap has to leave."""

    bench: Bench
    original: str
    fills: dict[PortfolioId, str]
    change: object
    round_trips: int

    def execute(self) -> Lap:
        with (
            self._copy() as url,
            waiting.context(url) as context,
            Stopwatch() as watch,
        ):
            for portfolio_id in self.fills:
                execute.run(waiting.request(portfolio_id), context)
        return Lap(watch.seconds, {"round_trips": self.round_trips})

    def write(self) -> Lap:
        with (
            self._copy() as url,
            closing(psycopg.connect(url, autocommit=True)) as connection,
            Stopwatch() as watch,
        ):
            for portfolio_id, fills in self.fills.items():
                values = {"portfolio_id": portfolio_id, "fills": fills, "now": EPOCH}
                connection.execute(SQL["write_fills"], values)
        return Lap(watch.seconds)

    @contextmanager
    def _copy(self) -> Iterator[str]:
        with self.bench.database(copy_of=self.original) as url:
            yield url
            assert _change(url) == self.change, "the floor does other work than the step"


def _prepared(bench: Bench, original: str) -> _Contest:
    """Execute once, to know the fills and to count the round trips."""
    with bench.database(copy_of=original) as url:
        trips = _execute_all(url)
        with closing(psycopg.connect(url)) as connection:
            fills: dict[PortfolioId, str] = dict(connection.execute(SQL["read_fills"]).fetchall())
        return _Contest(bench, original, fills, _change(url), trips)


def _execute_all(url: str) -> int:
    """Return the round trips of the execute that took the most."""
    with closing(psycopg.connect(url)) as connection:
        portfolio_ids = cycles.enrolled(connection, waiting.CYCLE)
    counts = []
    with waiting.context(url) as context:
        with context.database.transaction(waiting.NOBODY) as session:
            pass  # for its connection, which is the executes' too
        for portfolio_id in portfolio_ids:
            with counting(session) as trips:
                execute.run(waiting.request(portfolio_id), context)
            counts.append(trips.count)
    return max(counts)


def _change(url: str) -> object:
    with closing(psycopg.connect(url)) as connection:
        return connection.execute(SQL["read_change"]).fetchall()
