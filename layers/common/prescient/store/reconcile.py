"""The books that `core.accounting.reconcile` checks, some portfolios at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import LiteralString, TypeVar

from psycopg.rows import scalar_row

from prescient.core.accounting.books_as_stored import (
    Books,
    EquityRecord,
    ExitRecord,
    LedgerEntry,
    PositionRecord,
    Totals,
    TradeRecord,
)
from prescient.core.market.markets import MarketId
from prescient.core.money import ZERO
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)
PORTFOLIOS_AT_A_TIME = 200
RowT = TypeVar("RowT")


def held_by_market(session: Session) -> dict[MarketId, Decimal]:
    """Dollars of cost basis in open positions, by market."""
    return dict(session.execute(SQL["select_held_by_market"]).fetchall())


def market_exposure(session: Session) -> dict[MarketId, Decimal]:
    """Dollars of cost basis that the shared limits count, by market."""
    return dict(session.execute(SQL["select_market_exposure"]).fetchall())


def capital_in_use(session: Session) -> Decimal:
    """Dollars of cost basis that the shared limits count in all."""
    with session.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["select_capital"]).fetchone() or ZERO


def transfers(session: Session) -> list[tuple[str, Decimal]]:
    """(source, dollars) of the ledger entries of transfers whose two portfolios still exist."""
    return session.execute(SQL["select_transfers"]).fetchall()


def marks_of_held(session: Session) -> list[tuple[MarketId, Decimal, Decimal]]:
    """(market, latest mark, newest mark of the tape) of the held markets, 0–1 and of YES."""
    return session.execute(SQL["select_marks_of_held"]).fetchall()


def portfolio_ids(session: Session) -> Iterator[list[int]]:
    """The ids of all portfolios, some at a time."""
    with session.cursor(row_factory=scalar_row) as cursor:
        found = cursor.execute(SQL["select_portfolio_ids"]).fetchall()
    for start in range(0, len(found), PORTFOLIOS_AT_A_TIME):
        yield found[start : start + PORTFOLIOS_AT_A_TIME]


def books(session: Session, portfolio_ids: Sequence[int]) -> list[Books]:
    """The books of these portfolios, in their order."""

    def read(statement: LiteralString, row: Callable[..., RowT]) -> defaultdict[int, list[RowT]]:
        rows: defaultdict[int, list[RowT]] = defaultdict(list)
        for owner, *values in session.execute(statement, {"portfolio_ids": portfolio_ids}):
            rows[owner].append(row(*values))
        return rows

    totals = read(SQL["select_totals"], Totals)
    ledger = read(SQL["select_ledger"], LedgerEntry)
    trades = read(SQL["select_trades"], TradeRecord)
    positions = read(SQL["select_positions"], PositionRecord)
    exits = read(SQL["select_exits"], ExitRecord)
    equity = read(SQL["select_equity"], EquityRecord)
    return [
        Books(
            portfolio_id=owner,
            totals=totals[owner][0],
            ledger=ledger[owner],
            trades=trades[owner],
            positions=positions[owner],
            exits=exits[owner],
            equity=next(iter(equity[owner]), EquityRecord()),
        )
        for owner in portfolio_ids
    ]
