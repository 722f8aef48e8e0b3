"""Portfolios whose signals wait to be executed, and what the steps of a portfolio are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import cast

import psycopg

from benchmarks import holdings
from benchmarks.bench import Bench
from benchmarks.holdings import Holdings
from local.exchange.simulated import EPOCH
from prescient.core.portfolio.portfolios import GlobalLimits, PortfolioId
from prescient.runtime.login import as_user
from prescient.store import roles, statements, turns
from prescient.store.database import Database, Session
from prescient.store.rows import array
from prescient.usecases.support.chunks import ChunkRequest
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.exchange import Exchange
from prescient.usecases.support.portfolio_step import PortfolioStepRequest

SQL = statements.load(__file__)
MARKETS = 1_000
CYCLE = 2  # the second that there is
CHUNK = 20  # portfolios, as PORTFOLIOS_PER_CHUNK
NO_PORTFOLIO = PortfolioId(0)
_PAST = {"add_holder", "add_past"}


@contextmanager
def signals(bench: Bench, owners: int, signals: int) -> Iterator[str]:
    """Open a database whose portfolios have signals that wait to be executed."""
    with bench.database() as url:
        fill(url, owners, signals)
        yield url


def fill(url: str, owners: int, signals: int, *, has_past: bool = True) -> None:
    """Fill a migrated database that has no rows; without a past, no portfolio traded before."""
    holdings.fill(url, Holdings(owners, 0, MARKETS), EPOCH)
    values = {"now": EPOCH, "signals": signals, "markets": MARKETS}
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        for name, step in SQL.items():
            if has_past or name not in _PAST:
                connection.execute(step, values)
        connection.execute("VACUUM ANALYZE")


@contextmanager
def context(url: str) -> Iterator[StepContext]:
    """Open a context whose connection has prepared its statements, as after a first call."""
    with closing(Database(as_user(url, roles.PORTFOLIO))) as database:
        with database.transaction(NO_PORTFOLIO) as session:
            _prepare(session)
        yield StepContext(
            database=database,
            connect=lambda: cast(Exchange, None),  # these steps do not ask it
            now=lambda: EPOCH,
            shared_limits=GlobalLimits(),
            max_quote_age=timedelta(seconds=600),
            max_concurrency=1,
        )


def _prepare(session: Session) -> None:
    turns.load(session, CYCLE, [NO_PORTFOLIO], EPOCH)
    traders = array([NO_PORTFOLIO])
    nothing = {"cycle_id": CYCLE, "results": "[]", "turns": "[]", "traders": traders, "now": EPOCH}
    for name in ("save_turns", "settle_turns"):
        session.execute(turns.SQL[name], nothing)


def request(portfolio_id: PortfolioId) -> PortfolioStepRequest:
    """Return the request for one portfolio's step of the waiting cycle."""
    return PortfolioStepRequest(cycle_id=CYCLE, portfolio_id=portfolio_id)


def chunks(portfolio_ids: Sequence[PortfolioId]) -> Iterator[Sequence[PortfolioId]]:
    """Yield the portfolios as `filter` divides them."""
    return (portfolio_ids[start : start + CHUNK] for start in range(0, len(portfolio_ids), CHUNK))


def request_of_chunk(portfolio_ids: Sequence[PortfolioId]) -> ChunkRequest:
    """Return the request for a step of the waiting cycle."""
    return ChunkRequest(cycle_id=CYCLE, portfolio_ids=[*portfolio_ids])
