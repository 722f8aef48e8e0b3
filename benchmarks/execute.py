"""The execute step of chunk after chunk of portfolios, on one connection of its role.

Floor: the fills that it comes to, written by one statement a chunk, by a superuser, whom no
row-level security binds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection

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
    """`fills` are what each portfolio buys; `change` is what every lap has to leave."""

    bench: Bench
    original: str
    fills: Mapping[PortfolioId, list[object]]
    change: object
    round_trips: int

    def execute(self) -> Lap:
        with (
            self._copy() as url,
            waiting.context(url) as context,
            Stopwatch() as watch,
        ):
            for chunk in waiting.chunks([*self.fills]):
                assert execute.run_chunk(waiting.request_of_chunk(chunk), context).failed == 0
        return Lap(watch.seconds, {"round_trips": self.round_trips})

    def write(self) -> Lap:
        written = [(chunk, self._json(chunk)) for chunk in waiting.chunks([*self.fills])]
        with (
            self._copy() as url,
            closing(psycopg.connect(url, autocommit=True)) as connection,
        ):
            _write(connection, [], "[]")  # it is prepared, as the step's statements are
            with Stopwatch() as watch:
                for chunk, fills in written:
                    _write(connection, chunk, fills)
        return Lap(watch.seconds)

    def _json(self, chunk: Sequence[PortfolioId]) -> str:
        return json.dumps([fill for portfolio_id in chunk for fill in self.fills[portfolio_id]])

    @contextmanager
    def _copy(self) -> Iterator[str]:
        with self.bench.database(copy_of=self.original) as url:
            yield url
            assert _change(url) == self.change, "the floor does other work than the step"


def _write(connection: Connection[Any], chunk: Sequence[PortfolioId], fills: str) -> None:
    values = {"portfolio_ids": chunk, "fills": fills, "now": EPOCH}
    connection.execute(SQL["write_fills"], values, prepare=True)


def _prepared(bench: Bench, original: str) -> _Contest:
    """Execute once, to know the fills and to count the round trips."""
    with bench.database(copy_of=original) as url:
        trips = _execute_all(url)
        with closing(psycopg.connect(url)) as connection:
            fills: dict[PortfolioId, list[object]] = dict(connection.execute(SQL["read_fills"]))
        return _Contest(bench, original, fills, _change(url), trips)


def _execute_all(url: str) -> int:
    """Return the round trips of the chunk that took the most."""
    with closing(psycopg.connect(url)) as connection:
        portfolio_ids = cycles.enrolled(connection, waiting.CYCLE)
    counts = []
    with waiting.context(url) as context:
        with context.database.transaction(waiting.NO_PORTFOLIO) as session:
            pass  # for its connection, which is the executes' too
        for chunk in waiting.chunks(portfolio_ids):
            with counting(session) as trips:
                execute.run_chunk(waiting.request_of_chunk(chunk), context)
            counts.append(trips.count)
    return max(counts)


def _change(url: str) -> object:
    with closing(psycopg.connect(url)) as connection:
        return connection.execute(SQL["read_change"]).fetchall()
