"""The execute step of portfolio after portfolio, on one connection of its role.

Floor: the fills that it comes to, written by one statement a portfolio, by a superuser, whom no
row-level security binds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import psycopg

from benchmarks import holdings
from benchmarks.bench import Bench, Lap, Measurement, Stopwatch
from benchmarks.holdings import Holdings
from benchmarks.round_trips import counting
from local.exchange.simulated import EPOCH
from prescient.core.portfolios import GlobalLimits, PortfolioId
from prescient.runtime.login import as_user
from prescient.steps import execute
from prescient.steps.context import Exchange, StepContext
from prescient.steps.portfolio_step import PortfolioStepRequest
from prescient.store import cycles, roles, statements
from prescient.store.database import Database

SQL = statements.load(__file__)
SIGNALS, MANY_SIGNALS, MARKETS = 10, 50, 1_000
BOUND = 3.0
CYCLE = 2  # the second that there is
NOBODY = PortfolioId(0)


def measure(bench: Bench) -> Iterator[Measurement]:
    """`rows` are signals."""
    portfolios = max(bench.rows // SIGNALS, 1)
    yield from _compare(bench, "execute", portfolios, SIGNALS, BOUND)
    yield from _compare(bench, "execute.many_signals", 1, MANY_SIGNALS)


def _compare(
    bench: Bench, name: str, portfolios: int, signals: int, bound: float | None = None
) -> Iterator[Measurement]:
    with _waiting(bench, portfolios, signals) as waiting:
        contest = _prepared(bench, waiting)
        ours, floor = bench.interleaved(contest.execute, contest.write)
    yield Measurement(name, ours, floor, f"{portfolios:,} × {signals} signals", bound)


@contextmanager
def _waiting(bench: Bench, portfolios: int, signals: int) -> Iterator[str]:
    """A database whose portfolios have signals that nobody has executed."""
    with bench.database() as url:
        holdings.fill(url, Holdings(portfolios, 0, MARKETS), EPOCH)
        values = {"now": EPOCH, "signals": signals, "markets": MARKETS}
        with closing(psycopg.connect(url, autocommit=True)) as connection:
            for step in ("show_markets", "open_cycle", "add_signals"):
                connection.execute(SQL[step], values)
            connection.execute("VACUUM ANALYZE")
        yield url


@dataclass(frozen=True, slots=True)
class _Contest:
    """`fills` are what each portfolio buys, as JSON; `change` is what every lap has to leave."""

    bench: Bench
    waiting: str
    fills: dict[PortfolioId, str]
    change: object
    round_trips: int

    def execute(self) -> Lap:
        with (
            self._copy() as url,
            _context(url) as context,
            Stopwatch() as watch,
        ):
            for portfolio_id in self.fills:
                execute.run(_request(portfolio_id), context)
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
        with self.bench.database(copy_of=self.waiting) as url:
            yield url
            assert _change(url) == self.change, "the floor does other work than the step"


def _prepared(bench: Bench, waiting: str) -> _Contest:
    """Executes once, to know the fills and to count the round trips."""
    with bench.database(copy_of=waiting) as url:
        trips = _execute_all(url)
        with closing(psycopg.connect(url)) as connection:
            fills: dict[PortfolioId, str] = dict(connection.execute(SQL["read_fills"]).fetchall())
        return _Contest(bench, waiting, fills, _change(url), trips)


def _execute_all(url: str) -> int:
    """The round trips of the execute that took the most."""
    with closing(psycopg.connect(url)) as connection:
        portfolio_ids = cycles.admitted(connection, CYCLE)
    counts = []
    with _context(url) as context:
        with context.database.transaction(NOBODY) as session:
            pass  # for its connection, which is the executes' too
        for portfolio_id in portfolio_ids:
            with counting(session) as trips:
                execute.run(_request(portfolio_id), context)
            counts.append(trips.count)
    return max(counts)


@contextmanager
def _context(url: str) -> Iterator[StepContext]:
    """With a connection that is open already, as an environment's is after its first call."""
    with closing(Database(as_user(url, roles.PORTFOLIO))) as database:
        with database.transaction(NOBODY):
            pass
        yield StepContext(
            database=database,
            exchange=cast(Exchange, None),  # this step does not ask it
            now=lambda: EPOCH,
            shared_limits=GlobalLimits(),
            max_quote_age=timedelta(seconds=600),
            max_concurrency=1,
        )


def _request(portfolio_id: PortfolioId) -> PortfolioStepRequest:
    return PortfolioStepRequest(cycle_id=CYCLE, portfolio_id=portfolio_id)


def _change(url: str) -> object:
    with closing(psycopg.connect(url)) as connection:
        return connection.execute(SQL["read_change"]).fetchall()
