"""Deposits, withdrawals and transfers: each happens once for its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from psycopg.rows import class_row, scalar_row

from prescient.core.cash import check_amount, check_flow
from prescient.core.errors import InvalidRequest, PortfolioNotFound
from prescient.core.portfolios import PortfolioId, PortfolioStatus
from prescient.store import ledger, statements
from prescient.store.database import Session

SQL = statements.load(__file__)


@dataclass(frozen=True, slots=True)
class _Owner:
    portfolio_id: PortfolioId
    name: str
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
    check_amount(wanted.amount)
    if wanted.from_id == wanted.to_id:
        raise InvalidRequest("to_portfolio_id: must differ from from_portfolio_id")
    source = f"transfer:{wanted.key}"
    entries = [
        ledger.Entry(wanted.from_id, "transfer_out", -wanted.amount, source),
        ledger.Entry(wanted.to_id, "transfer_in", wanted.amount, source),
    ]
    owners = _move(session, entries, now)
    if owners is None:
        return
    values = {
        "from_id": wanted.from_id,
        "to_id": wanted.to_id,
        "from_name": owners[wanted.from_id].name,
        "to_name": owners[wanted.to_id].name,
        "amount": wanted.amount,
        "reason": wanted.reason,
        "executed_by": wanted.executed_by,
        "now": now,
    }
    session.execute(SQL["log_transfer"], values)


def _move(
    session: Session, entries: Sequence[ledger.Entry], now: datetime
) -> dict[PortfolioId, _Owner] | None:
    """Post the entries unless they were posted before; None in that case.

    The peak moves with the flow, so that a withdrawal is no drawdown and a deposit no gain.
    """
    ids = [entry.portfolio_id for entry in entries]
    owners = _lock(session, ids)
    if _is_posted(session, ids, entries[0].source):
        return None
    for entry in entries:
        owner = owners[entry.portfolio_id]
        check_flow(PortfolioStatus(owner.status), owner.current_balance, entry.amount)
    ledger.post(session, entries, now)
    amounts = [entry.amount for entry in entries]
    session.execute(SQL["shift_peak"], {"portfolio_ids": ids, "amounts": amounts, "now": now})
    return owners


def _lock(session: Session, ids: Sequence[PortfolioId]) -> dict[PortfolioId, _Owner]:
    with session.cursor(row_factory=class_row(_Owner)) as cursor:
        rows = cursor.execute(SQL["lock_portfolios"], {"portfolio_ids": list(ids)}).fetchall()
    owners = {row.portfolio_id: row for row in rows}
    for portfolio_id in ids:
        if portfolio_id not in owners:
            raise PortfolioNotFound(portfolio_id)
    return owners


def _is_posted(session: Session, ids: Sequence[PortfolioId], source: str) -> bool:
    values = {"portfolio_ids": list(ids), "source": source}
    with session.cursor(row_factory=scalar_row) as cursor:
        return bool(cursor.execute(SQL["is_posted"], values).fetchone())
