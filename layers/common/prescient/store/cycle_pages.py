"""Pages of cycles, of a cycle's portfolios, and of a portfolio's cycles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from prescient.core.deciding.cycles import CyclePortfolioStatus
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import statements
from prescient.store.counts import COUNTS
from prescient.store.cycles import CycleRow
from prescient.store.database import Session
from prescient.store.pending import Pending
from prescient.store.rows import AS_WRITTEN, Digits, Loaders, fetch, send
from prescient.store.windows import Window

SQL = statements.load(__file__)
_COUNTED: Loaders = {**AS_WRITTEN, **COUNTS}


class CycleResultRow(NamedTuple):
    """A portfolio's result in a cycle, with its name and strategy; equity in dollars."""

    portfolio_id: PortfolioId
    portfolio_name: str
    strategy_type: str
    status: CyclePortfolioStatus
    funnel: Mapping[str, int]
    signals: int
    trades: int
    rejections: Mapping[str, int]
    equity: Digits | None
    reason: str | None
    executed_at: datetime | None


class CycleSums(NamedTuple):
    """How many portfolios a cycle has, in total and by status, and the sum of their trades."""

    portfolios: int
    completed: int
    failed: int
    skipped: int
    trades: int


class FunnelRow(NamedTuple):
    """A portfolio's result in one of its cycles; equity in dollars."""

    cycle_id: int
    started_at: datetime
    status: CyclePortfolioStatus
    funnel: Mapping[str, int]
    signals: int
    trades: int
    rejections: Mapping[str, int]
    equity: Digits | None
    reason: str | None
    executed_at: datetime | None


def page(session: Session, window: Window) -> list[CycleRow]:
    """Read a page of cycles, newest first, by when they started."""
    return fetch(session, CycleRow, SQL["select_cycles"], window.values())


def send_portfolio_results(
    session: Session,
    cycle_id: int,
    window: Window,
    status: CyclePortfolioStatus | None = None,
) -> Pending[list[CycleResultRow]]:
    """Read a page of a cycle's results, one row per portfolio, by id."""
    values = {**window.values(), "cycle_id": cycle_id, "status": status}
    return send(session, CycleResultRow, SQL["select_cycle_portfolios"], values, _COUNTED)


def send_sums(session: Session, cycle_id: int) -> Pending[CycleSums]:
    """Sum up the results of a cycle."""
    found = send(session, CycleSums, SQL["sum_up_cycle"], {"cycle_id": cycle_id})
    return Pending(lambda: found.get()[0])


def funnels(
    session: Session,
    portfolio_id: PortfolioId,
    window: Window,
    status: CyclePortfolioStatus | None = None,
) -> list[FunnelRow]:
    """Read a page of a portfolio's results, newest cycle first, by when the cycles started."""
    values = {**window.values(), "portfolio_id": portfolio_id, "status": status}
    return fetch(session, FunnelRow, SQL["select_funnels"], values, _COUNTED)
