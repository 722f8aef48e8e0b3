"""Pages of a portfolio's signals: what it decided, and what came of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.rows import fetch
from prescient.store.windows import Window

SQL = statements.load(__file__)


class SignalStatus(StrEnum):
    """A signal is `pending` until its cycle executes or rejects it."""

    PENDING = "pending"
    EXECUTED = "executed"
    REJECTED = "rejected"


class SignalRow(NamedTuple):
    """A decision: dollars, shares, and prices and probabilities between 0 and 1.

    What schema v1 did not keep is None.
    """

    number: int
    cycle_id: int | None
    strategy_type: str
    timestamp: datetime
    market_id: str
    market_question: str
    event_id: str | None
    event_title: str | None
    event_end_date: datetime | None
    action: str
    target_price: Decimal
    amount: Decimal
    shares: Decimal | None
    confidence: Decimal
    win_probability: Decimal | None
    reason: str | None
    yes_price: Decimal | None
    no_price: Decimal | None
    market_liquidity: Decimal | None
    market_volume: Decimal | None
    group_id: str | None
    config_version: int | None
    code_version: str | None
    status: str
    executed_at: datetime | None
    trade_id: str | None
    rejection: str | None


def page(
    session: Session,
    portfolio_id: PortfolioId,
    window: Window,
    *,
    status: SignalStatus | None = None,
    market_id: str | None = None,
) -> list[SignalRow]:
    """Read a page of a portfolio's signals, newest first."""
    values = {
        **window.values(),
        "portfolio_id": portfolio_id,
        "status": status,
        "market_id": market_id,
    }
    return fetch(session, SignalRow, SQL["select_signals"], values)
