"""How portfolios stand against the limits of their drawdown, each by itself and all together.

Rows are locked in the order of all others; the one of all portfolios together is the very last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from prescient.core.money import ZERO
from prescient.core.portfolio.guards import Guard, Standing
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.pending import Pending
from prescient.store.rows import typed_row

SQL = statements.load(__file__)


class Watched(NamedTuple):
    """A guard, what it is held against, and whether a warning was given already."""

    guard: Guard
    standing: Standing
    is_warned: bool


class _GuardedRow(NamedTuple):
    portfolio_id: PortfolioId
    drawdown_limit: Decimal | None
    drawdown_limit_percent: Decimal | None
    total_value: Decimal
    total_profit_loss: Decimal
    index_peak: Decimal
    peak_profit: Decimal
    is_warned: bool

    @property
    def watched(self) -> Watched:
        return Watched(
            Guard(self.drawdown_limit, self.drawdown_limit_percent),
            Standing(self.total_value, self.total_profit_loss, self.index_peak, self.peak_profit),
            self.is_warned,
        )


def guarded(
    session: Session, portfolio_ids: Sequence[PortfolioId], status: PortfolioStatus
) -> dict[PortfolioId, Watched]:
    """Those of these locked portfolios that have this status and a limit, by id."""
    return send_guarded(session, portfolio_ids, status).get()


def send_guarded(
    session: Session, portfolio_ids: Sequence[PortfolioId], status: PortfolioStatus
) -> Pending[dict[PortfolioId, Watched]]:
    """As `guarded`, to be read later."""
    values = {"portfolio_ids": list(portfolio_ids), "status": status}
    cursor = session.cursor(row_factory=typed_row(_GuardedRow))
    cursor.execute(SQL["select_guarded"], values)
    return Pending(lambda: {row.portfolio_id: row.watched for row in cursor.fetchall()})


def note_warnings(
    session: Session, portfolio_ids: Sequence[PortfolioId], warned_at: datetime | None
) -> None:
    """Note of locked portfolios when a warning was given, None where it is over."""
    values = {"portfolio_ids": list(portfolio_ids), "warned_at": warned_at}
    session.execute(SQL["note_warnings"], values)


def reset_peaks(session: Session, portfolio_ids: Sequence[PortfolioId], now: datetime) -> None:
    """Let the peaks of locked portfolios begin anew."""
    session.execute(SQL["reset_peaks"], {"portfolio_ids": list(portfolio_ids), "now": now})


def total(session: Session, guard: Guard, now: datetime) -> Watched:
    """All portfolios together, locked, with their peaks of now."""
    if session.execute(SQL["lock_total"]).fetchone() is None:
        session.execute(SQL["begin_total"], {"now": now})
        session.execute(SQL["lock_total"])
    [row] = session.execute(SQL["move_total"]).fetchall()
    equity, profit, index_peak, peak_profit, is_warned = row
    return Watched(guard, Standing(equity, profit, index_peak, peak_profit), is_warned)


def shift_total(session: Session, amount: Decimal, profit: Decimal = ZERO) -> None:
    """Move the peaks of all together along, where these dollars and this P&L came or went."""
    if session.execute(SQL["lock_total"]).fetchone() is not None:
        session.execute(SQL["shift_total"], {"amount": amount, "profit": profit})


def note_total_warning(session: Session, warned_at: datetime | None) -> None:
    """Note when a warning over all portfolios was given, None where it is over."""
    session.execute(SQL["note_total_warning"], {"warned_at": warned_at})


def reset_total(session: Session, now: datetime) -> None:
    """Let the peaks of all portfolios together begin anew."""
    session.execute(SQL["lock_total"])
    session.execute(SQL["reset_total"], {"now": now})
