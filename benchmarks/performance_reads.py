"""Reads of performance over a year of many portfolios: all series, and the pages of one.

Floor: the least SQL that reads the same rows. Pages are read by the statements behind the routes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import psycopg

from benchmarks.bench import Bench, Lap, Measurement, Stopwatch
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.runtime.login import as_user
from prescient.store import history, performance, roles, statements
from prescient.store.database import Database, Session
from prescient.store.windows import Window
from prescient.usecases import research

SQL = statements.load(__file__)
LAST_DAY = date(2026, 12, 31)
NOW = datetime(2026, 12, 31, 23, tzinfo=UTC)
DAYS = 365
PAGE, PAGES = 201, 50
BOUND = 3.0
Read = Callable[[Session], object]


def measure(bench: Bench) -> Iterator[Measurement]:
    """`rows` are portfolios."""
    with bench.database() as url:
        _fill(url, bench.rows)
        database = Database(as_user(url, roles.APP))
        with database.transaction() as session:
            research.measure(session, range(1, bench.rows + 1), 0.0, NOW)
        work = f"{bench.rows:,} portfolios × {DAYS} days"
        yield _compared(
            bench, database, "series", _series(bench.rows), _all_days, work=work, bound=BOUND
        )
        for name, read, floor in _pages():
            yield _compared(bench, database, name, read, floor, work=f"{PAGES} pages of {work}")
        database.close()


def _fill(url: str, portfolios: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for step in ("add_portfolios", "add_points", "add_days"):
            connection.execute(SQL[step], {"portfolios": portfolios})
        connection.execute("VACUUM ANALYZE")


def _compared(
    bench: Bench,
    database: Database,
    name: str,
    read: Read,
    floor: Read,
    *,
    work: str,
    bound: float | None = None,
) -> Measurement:
    def lap(read: Read) -> Lap:
        with database.transaction() as session, Stopwatch() as watch:
            read(session)
        return Lap(watch.seconds)

    ours, lowest = bench.interleaved(lambda: lap(read), lambda: lap(floor))
    return Measurement(f"performance_reads.{name}", ours, lowest, work, bound)


def _series(portfolios: int) -> Read:
    return lambda session: performance.series(session, range(1, portfolios + 1), LAST_DAY)


def _all_days(session: Session) -> object:
    return session.execute(SQL["read_series"]).fetchall()


def _pages() -> Iterator[tuple[str, Read, Read]]:
    """By name, the read of a page of each of some portfolios, and its floor."""
    reads: dict[str, Callable[[Session, PortfolioId], object]] = {
        "points": lambda session, owner: history.points(session, owner, Window(limit=PAGE)),
        "days": lambda session, owner: history.days(session, owner, Window(limit=PAGE)),
        "metrics": performance.metrics,
    }
    for name, read in reads.items():
        yield name, _each(read), _each(_plain(name))


def _plain(name: str) -> Callable[[Session, PortfolioId], object]:
    statement = SQL[f"read_{name}"]
    return lambda session, owner: session.execute(statement, {"portfolio_id": owner}).fetchall()


def _each(read: Callable[[Session, PortfolioId], object]) -> Read:
    def read_all(session: Session) -> None:
        for owner in range(1, PAGES + 1):
            read(session, PortfolioId(owner))

    return read_all
