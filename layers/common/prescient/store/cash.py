"""Deposits, withdrawals and transfers: each happens once for its key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from psycopg.rows import class_row, scalar_row

from prescient.core.errors import InvalidRequest, PortfolioNotFound
from prescient.core.portfolio.cash import check_amount, check_flow
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.store import ledger, statements
from prescient.store.database import Session

SQL = statements.load(__file__)


@dataclass(frozen=True, slots=True)
class _Owner:
    portfolio_id: PortfolioId
    status: str
    current_balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Dollars from one portfolio to another; `executed_by` is `manual` or `system`."""

    from_id: PortfolioId
    to_id: PortfolioId
    amount: Decimal
    key: str
    reason: str | None
    executed_by: str = "manual"

    @property
    def source(self) -> str:
        return f"transfer:{self.key}"


def deposit(
    session: Session, portfolio_id: PortfolioId, amount: Decimal, key: str, now: datetime
) -> None:
    """Add cash; raises `InvalidRequest`, `PortfolioNotFound` or `PortfolioConflict`."""
    check_amount(amount)
    _move(session, [ledger.Entry(portfolio_id, "deposit", amount, f"deposit:{key}")], now)


def withdraw(
    session: Session, portfolio_id: PortfolioId, amount: Decimal, key: str, now: datetime
) -> None:
    """Take cash out, at most what there is; raises as `deposit` does."""
    check_amount(amount)
    _move(session, [ledger.Entry(portfolio_id, "withdrawal", -amount, f"withdrawal:{key}")], now)


def transfer(session: Session, wanted: Transfer, now: datetime) -> None:
    """Move cash between two portfolios and log it; raises as `deposit` does."""
    transfer_all(session, [wanted], now)


def transfer_all(session: Session, wanted: Sequence[Transfer], now: datetime) -> list[Transfer]:
    """Make all transfers or none; returns those that had not been made before."""
    for one in wanted:
        check_amount(one.amount)
        if one.from_id == one.to_id:
            raise InvalidRequest("to_portfolio_id: must differ from from_portfolio_id")
    posted = _move(session, [entry for one in wanted for entry in _entries(one)], now)
    made = [one for one in wanted if one.source in posted]
    values = {
        "from_ids": [one.from_id for one in made],
        "to_ids": [one.to_id for one in made],
        "amounts": [one.amount for one in made],
        "reasons": [one.reason for one in made],
        "executors": [one.executed_by for one in made],
        "now": now,
    }
    session.execute(SQL["log_transfers"], values)
    return made


def _entries(one: Transfer) -> tuple[ledger.Entry, ledger.Entry]:
    return (
        ledger.Entry(one.from_id, "transfer_out", -one.amount, one.source),
        ledger.Entry(one.to_id, "transfer_in", one.amount, one.source),
    )


def _move(session: Session, entries: Sequence[ledger.Entry], now: datetime) -> set[str]:
    """Post the entries whose sources were not posted before; the sources of those.

    The peak moves with the flow, so that a withdrawal is no drawdown and a deposit no gain.
    """
    owners = _lock(session, [entry.portfolio_id for entry in entries])
    before = _posted(session, entries)
    new = [entry for entry in entries if entry.source not in before]
    for portfolio_id, change in _changes(new).items():
        owner = owners[portfolio_id]
        check_flow(PortfolioStatus(owner.status), owner.current_balance, change)
    ledger.post(session, new, now)
    values = {
        "portfolio_ids": [entry.portfolio_id for entry in new],
        "amounts": [entry.amount for entry in new],
        "now": now,
    }
    session.execute(SQL["shift_peaks"], values)
    return {entry.source for entry in new}


def _changes(entries: Sequence[ledger.Entry]) -> dict[PortfolioId, Decimal]:
    changes: defaultdict[PortfolioId, Decimal] = defaultdict(Decimal)
    for entry in entries:
        changes[entry.portfolio_id] += entry.amount
    return changes


def _lock(session: Session, ids: Sequence[PortfolioId]) -> dict[PortfolioId, _Owner]:
    with session.cursor(row_factory=class_row(_Owner)) as cursor:
        rows = cursor.execute(SQL["lock_portfolios"], {"portfolio_ids": list(ids)}).fetchall()
    owners = {row.portfolio_id: row for row in rows}
    for portfolio_id in ids:
        if portfolio_id not in owners:
            raise PortfolioNotFound(portfolio_id)
    return owners


def _posted(session: Session, entries: Sequence[ledger.Entry]) -> set[str]:
    values = {
        "portfolio_ids": [entry.portfolio_id for entry in entries],
        "sources": [entry.source for entry in entries],
    }
    with session.cursor(row_factory=scalar_row) as cursor:
        return set(cursor.execute(SQL["select_posted"], values))
