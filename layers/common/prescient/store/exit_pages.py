"""Pages of a portfolio's exits: each took shares out of one position."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import ExitKind
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.rows import fetch
from prescient.store.windows import Window

SQL = statements.load(__file__)


class ExitRow(NamedTuple):
    """Shares that left a position: dollars, shares, and a price between 0 and 1."""

    number: int
    position_id: int
    trade_id: str
    market_id: str
    market_question: str
    action: str
    kind: str
    shares: Decimal
    price: Decimal
    proceeds: Decimal
    fee: Decimal
    cost_basis: Decimal
    realized_pnl: Decimal
    evidence: str | None
    timestamp: datetime
    quoted_at: datetime | None
    ordered_by: str | None
    reason: str | None


def page(
    session: Session,
    portfolio_id: PortfolioId,
    window: Window,
    *,
    kind: ExitKind | None = None,
    market_id: str | None = None,
) -> list[ExitRow]:
    """Read a page of a portfolio's exits, newest first."""
    values = {
        **window.values(),
        "portfolio_id": portfolio_id,
        "kind": kind,
        "market_id": market_id,
    }
    return fetch(session, ExitRow, SQL["select_exits"], values)
