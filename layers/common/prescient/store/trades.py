"""Pages of a portfolio's trades: each is one buy, which opened one position."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import PositionStatus
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.rows import fetch
from prescient.store.windows import Window

SQL = statements.load(__file__)


class TradeRow(NamedTuple):
    """A buy: dollars, shares, and prices between 0 and 1.

    `quote_delay_seconds` is from its quote to its fill. What schema v1 did not keep is None.
    """

    number: int
    trade_id: str
    position_id: int | None
    cycle_id: int | None
    timestamp: datetime
    market_id: str
    market_question: str
    event_id: str | None
    event_title: str | None
    event_end_date: datetime | None
    action: str
    shares: Decimal | None
    amount: Decimal
    fee: Decimal
    entry_price: Decimal
    target_price: Decimal | None
    evidence: str | None
    quote_delay_seconds: Decimal | None
    confidence: Decimal | None
    reason: str | None
    status: str
    group_id: str | None
    realized_pnl: Decimal | None


def page(
    session: Session,
    portfolio_id: PortfolioId,
    window: Window,
    *,
    status: PositionStatus | None = None,
    market_id: str | None = None,
) -> list[TradeRow]:
    """The portfolio's trades within the window, newest first."""
    values = {
        **window.values(),
        "portfolio_id": portfolio_id,
        "status": status,
        "market_id": market_id,
    }
    return fetch(session, TradeRow, SQL["select_trades"], values)
