"""The positions of one portfolio, and the bids at which they close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from psycopg.rows import class_row

from prescient.core.portfolio.exits import Triggers
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import Action, PositionStatus
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.rows import typed_row

SQL = statements.load(__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow:
    """A position with its present mark (0–1) and P&L (dollars), null where closed.

    Shares and the bid at entry are null where schema v1 had an impossible entry price.
    """

    position_id: int
    trade_id: str
    market_id: str
    market_question: str
    action: Action
    amount: Decimal
    fee: Decimal
    shares: Decimal | None
    cost_basis: Decimal
    entry_price: Decimal
    entry_bid: Decimal | None
    entry_timestamp: datetime
    status: PositionStatus
    stop_loss_bid: Decimal | None
    take_profit_bid: Decimal | None
    flag: str | None
    group_id: str | None
    realized_pnl: Decimal
    exit_price: Decimal | None
    exit_timestamp: datetime | None
    mark_price: Decimal | None
    current_pnl: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """What an open position was bought at (0–1), and its market's tick and fee."""

    position_id: int
    entry_price: Decimal
    entry_bid: Decimal
    group_id: str | None
    tick_size: Decimal
    fee_rate: Decimal
    fee_exponent: Decimal


def of_status(
    session: Session, portfolio_id: PortfolioId, status: PositionStatus
) -> list[PositionRow]:
    """The portfolio's positions of this status, newest first."""
    values = {"portfolio_id": portfolio_id, "status": status}
    with session.cursor(row_factory=typed_row(PositionRow)) as cursor:
        return cursor.execute(SQL["select_positions"], values).fetchall()


def entries(session: Session, portfolio_id: PortfolioId) -> list[EntryRow]:
    """What the triggers of the portfolio's open positions follow from, by id."""
    with session.cursor(row_factory=class_row(EntryRow)) as cursor:
        return cursor.execute(SQL["select_entries"], {"portfolio_id": portfolio_id}).fetchall()


def set_triggers(
    session: Session, portfolio_id: PortfolioId, wanted: Mapping[int, Triggers]
) -> None:
    """Move the stop-loss and take-profit bids of open positions, by position id."""
    values = {
        "portfolio_id": portfolio_id,
        "position_ids": list(wanted),
        "stops": [triggers.stop_loss_bid for triggers in wanted.values()],
        "takes": [triggers.take_profit_bid for triggers in wanted.values()],
    }
    session.execute(SQL["update_triggers"], values)
