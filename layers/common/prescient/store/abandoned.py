"""Cycles that nothing runs any more, and what of them is left to end."""

from __future__ import annotations

from datetime import datetime

from psycopg.rows import scalar_row

from prescient.core.deciding.cycles import CycleStatus
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import statements
from prescient.store.cycles import CycleRow
from prescient.store.database import Session
from prescient.store.pending import Pending
from prescient.store.rows import typed_row

SQL = statements.load(__file__)


def send_suspects(
    session: Session, since: datetime, until: datetime, now: datetime
) -> Pending[list[CycleRow]]:
    """Ask for the running cycles that began within this span, by id, of whose claims none holds."""
    values = {"since": since, "until": until, "now": now}
    cursor = session.cursor(row_factory=typed_row(CycleRow))
    cursor.execute(SQL["select_suspects"], values)
    return Pending(cursor.fetchall)


def fail_unclaimed(
    session: Session, cycle_id: int, reason: str, now: datetime
) -> list[PortfolioId]:
    """Fail the parts that have not ended, but for those whose claim holds; return whose they are.

    A claim that a step takes meanwhile is waited for, and then kept.
    """
    values = {"cycle_id": cycle_id, "reason": reason, "now": now}
    with session.cursor(row_factory=scalar_row) as cursor:
        return sorted(cursor.execute(SQL["fail_unclaimed"], values).fetchall())


def close_unclaimed(
    session: Session, cycle_id: int, status: CycleStatus, error: str | None, now: datetime
) -> bool:
    """End the cycle unless a part of it goes on; tell whether it was ended."""
    values = {"cycle_id": cycle_id, "status": status, "error": error, "now": now}
    return session.execute(SQL["close_unclaimed"], values).fetchone() is not None
