"""Changes of status: what a portfolio went through, who ordered it and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from psycopg.rows import scalar_row

from prescient.core.errors import PauseNotFound
from prescient.core.portfolio.guards import Reset
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.rows import fetch
from prescient.store.windows import Window

SQL = statements.load(__file__)


class Order(NamedTuple):
    """Who ordered a change, None for a guard; what it resets, and the pause that it belongs to."""

    ordered_by: str | None
    now: datetime
    resets: Reset | None = None
    pause_id: int | None = None


class StatusChangeRow(NamedTuple):
    """A change in a portfolio's record."""

    change_id: int
    changed_at: datetime
    from_status: str
    to_status: str
    reason: str | None
    ordered_by: str | None
    resets: str | None
    pause_id: int | None


class PauseRow(NamedTuple):
    """An act that paused `portfolios` at once."""

    pause_id: int
    paused_at: datetime
    ordered_by: str | None
    reason: str
    portfolios: int


def record(
    session: Session,
    portfolio_id: PortfolioId,
    change: tuple[PortfolioStatus, PortfolioStatus],
    reason: str | None,
    order: Order,
) -> None:
    """Add a change from one status to another, made in this transaction."""
    before, after = change
    values = {
        **_order_values(order),
        "portfolio_id": portfolio_id,
        "from_status": before,
        "to_status": after,
        "reason": reason,
    }
    session.execute(SQL["record_change"], values)


def pause(session: Session, reasons: Mapping[PortfolioId, str], order: Order) -> int:
    """Pause those of these locked portfolios that are active; how many."""
    return _change_all(session, PortfolioStatus.ACTIVE, PortfolioStatus.PAUSED, reasons, order)


def reactivate(session: Session, reasons: Mapping[PortfolioId, str], order: Order) -> int:
    """Reactivate those of these locked portfolios that are paused; how many."""
    return _change_all(session, PortfolioStatus.PAUSED, PortfolioStatus.ACTIVE, reasons, order)


def lock_active(session: Session) -> list[PortfolioId]:
    """The active portfolios, by id, locked."""
    with session.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["lock_active"]).fetchall()


def open_pause(session: Session, reason: str, order: Order) -> int:
    """Record an act that pauses all; its id."""
    values = {**_order_values(order), "reason": reason}
    with session.cursor(row_factory=scalar_row) as cursor:
        [pause_id] = cursor.execute(SQL["open_pause"], values).fetchall()
    return int(pause_id)


def newest_pause(session: Session) -> int | None:
    """The newest pause that still holds a portfolio, if one does."""
    with session.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["select_newest_pause"]).fetchone()


def lock_paused_by(session: Session, pause_id: int) -> list[PortfolioId]:
    """The portfolios that this pause stopped and nothing else did since, locked.

    Raises `PauseNotFound`.
    """
    values = {"pause_id": pause_id}
    with session.cursor(row_factory=scalar_row) as cursor:
        if cursor.execute(SQL["select_pause"], values).fetchone() is None:
            raise PauseNotFound(pause_id)
        locked = cursor.execute(SQL["lock_of_pause"], values).fetchall()
        held = {**values, "portfolio_ids": locked}
        return cursor.execute(SQL["select_still_paused"], held).fetchall()


def changes(session: Session, portfolio_id: PortfolioId, window: Window) -> list[StatusChangeRow]:
    """A page of the changes of a portfolio's status, newest first."""
    values = {**window.values(), "portfolio_id": portfolio_id}
    return fetch(session, StatusChangeRow, SQL["select_changes"], values)


def pauses(session: Session, window: Window) -> list[PauseRow]:
    """A page of pauses, newest first."""
    return fetch(session, PauseRow, SQL["select_pauses"], window.values())


def _change_all(
    session: Session,
    before: PortfolioStatus,
    after: PortfolioStatus,
    reasons: Mapping[PortfolioId, str],
    order: Order,
) -> int:
    values = {
        **_order_values(order),
        "portfolio_ids": list(reasons),
        "reasons": list(reasons.values()),
        "from_status": before,
        "to_status": after,
    }
    return len(session.execute(SQL["change_all"], values).fetchall())


def _order_values(order: Order) -> dict[str, object]:
    return {
        "ordered_by": order.ordered_by,
        "now": order.now,
        "resets": order.resets,
        "pause_id": order.pause_id,
    }
