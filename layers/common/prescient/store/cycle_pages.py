"""Cycles as readers find them: by page, their portfolios by page, and what each did in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from prescient.core.deciding.cycles import CyclePortfolioStatus
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import statements
from prescient.store.cycles import CyclePortfolioRow, CycleRow
from prescient.store.database import Session
from prescient.store.rows import typed_row
from prescient.store.windows import Window

SQL = statements.load(__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleResultRow(CyclePortfolioRow):
    """With what a reader needs to recognise the portfolio."""

    portfolio_name: str
    strategy_type: str


class CycleSums(NamedTuple):
    """How many portfolios a cycle has, how many by status, and their trades together."""

    portfolios: int
    completed: int
    failed: int
    skipped: int
    trades: int


class FunnelRow(NamedTuple):
    """What came of a portfolio in a cycle; equity in dollars."""

    cycle_id: int
    started_at: datetime
    status: str
    funnel: Mapping[str, int]
    signals: int
    trades: int
    rejections: Mapping[str, int]
    equity: Decimal | None
    reason: str | None
    executed_at: datetime | None


def page(session: Session, window: Window) -> list[CycleRow]:
    """A page of cycles, newest first; the window is of when they started."""
    with session.cursor(row_factory=typed_row(CycleRow)) as cursor:
        return cursor.execute(SQL["select_cycles"], window.values()).fetchall()


def portfolio_results(
    session: Session,
    cycle_id: int,
    window: Window,
    status: CyclePortfolioStatus | None = None,
) -> list[CycleResultRow]:
    """A page of what the cycle did, one row a portfolio, by id."""
    values = {**window.values(), "cycle_id": cycle_id, "status": status}
    with session.cursor(row_factory=typed_row(CycleResultRow)) as cursor:
        return cursor.execute(SQL["select_cycle_portfolios"], values).fetchall()


def sums(session: Session, cycle_id: int) -> CycleSums:
    """What the cycle did altogether."""
    [row] = session.execute(SQL["sum_up_cycle"], {"cycle_id": cycle_id}).fetchall()
    return CycleSums(*row)


def funnels(
    session: Session,
    portfolio_id: PortfolioId,
    window: Window,
    status: CyclePortfolioStatus | None = None,
) -> list[FunnelRow]:
    """A page of what a portfolio did in its cycles, newest first; by when they started."""
    values = {**window.values(), "portfolio_id": portfolio_id, "status": status}
    return [FunnelRow(*row) for row in session.execute(SQL["select_funnels"], values)]
