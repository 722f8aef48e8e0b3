"""Reads the books that `core.reconcile` checks, some portfolios at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import LiteralString, TypeVar

from psycopg.rows import scalar_row

from prescient.core.accounting.books_as_stored import Books, Fill, Held, LedgerEntry, Left, Totals
from prescient.core.accounting.reconcile import (
    Break,
    breaks,
    mark_breaks,
    shared_breaks,
    transfer_breaks,
)
from prescient.store import statements
from prescient.store.database import Database, Session

SQL = statements.load(__file__)
PORTFOLIOS_AT_A_TIME = 200
RowT = TypeVar("RowT")


def all_breaks(database: Database, limit: int = 100) -> list[Break]:
    """At most `limit` rows that break an invariant, over all portfolios; none when all is well.

    All of it is read as of one moment, so that portfolios may trade meanwhile.
    """
    with database.snapshot() as session:
        found = _breaks_over_all(session)
        for books in _all_books(session):
            found += breaks(books)
            if len(found) >= limit:
                break
    return found[:limit]


def _breaks_over_all(session: Session) -> list[Break]:
    exposure = shared_breaks(
        dict(session.execute(SQL["select_held_by_market"]).fetchall()),
        dict(session.execute(SQL["select_market_exposure"]).fetchall()),
        _capital(session),
    )
    transfers = transfer_breaks(session.execute(SQL["select_transfers"]).fetchall())
    marks = mark_breaks(session.execute(SQL["select_marks_of_held"]).fetchall())
    return [*exposure, *transfers, *marks]


def _all_books(session: Session) -> Iterator[Books]:
    with session.cursor(row_factory=scalar_row) as cursor:
        portfolio_ids = cursor.execute(SQL["select_portfolio_ids"]).fetchall()
    for start in range(0, len(portfolio_ids), PORTFOLIOS_AT_A_TIME):
        yield from _books(session, portfolio_ids[start : start + PORTFOLIOS_AT_A_TIME])


def _books(session: Session, portfolio_ids: Sequence[int]) -> Iterator[Books]:
    def read(statement: LiteralString, row: Callable[..., RowT]) -> defaultdict[int, list[RowT]]:
        rows: defaultdict[int, list[RowT]] = defaultdict(list)
        for owner, *values in session.execute(statement, {"portfolio_ids": portfolio_ids}):
            rows[owner].append(row(*values))
        return rows

    totals = read(SQL["select_totals"], Totals)
    ledger = read(SQL["select_ledger"], LedgerEntry)
    fills = read(SQL["select_fills"], Fill)
    positions = read(SQL["select_positions"], Held)
    exits = read(SQL["select_exits"], Left)
    for owner in portfolio_ids:
        yield Books(
            owner, totals[owner][0], ledger[owner], fills[owner], positions[owner], exits[owner]
        )


def _capital(session: Session) -> Decimal:
    with session.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["select_capital"]).fetchone() or Decimal(0)
