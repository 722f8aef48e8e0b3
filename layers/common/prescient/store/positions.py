"""The positions of one portfolio, and the bids at which they close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from prescient.core.portfolio.exits import Triggers
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import PositionStatus
from prescient.core.portfolio.room import HeldEvent
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.pending import Pending
from prescient.store.rows import AS_WRITTEN, Digits, fetch, send
from prescient.store.windows import Window

SQL = statements.load(__file__)


class PositionRow(NamedTuple):
    """A position in dollars, shares and prices (0–1), with what its market shows now.

    Its numbers are the digits that the database writes, since nearly all are shown as they are.

    Bid and ask are those of the outcome that was bought; they are null where its market was never
    read or became another one, and the ask where there is none.
    What is about now is null where it is closed. Shares are null where schema v1 had an
    impossible entry price.
    """

    position_id: int
    trade_id: str
    market_id: str
    market_question: str
    event_id: str | None
    event_title: str | None
    end_date: datetime | None
    yes_outcome: str | None
    no_outcome: str | None
    action: str
    amount: Digits
    fee: Digits
    shares: Digits | None
    cost_basis: Digits
    entry_price: Digits
    entry_timestamp: datetime
    status: str
    bid: Digits | None
    ask: Digits | None
    quoted_at: datetime | None
    mark_price: Digits | None
    value: Digits | None
    current_pnl: Digits | None
    realized_pnl: Digits
    total_pnl: Digits
    stop_loss_bid: Digits | None
    take_profit_bid: Digits | None
    confidence: Digits | None
    reason: str | None
    flag: str | None
    group_id: str | None
    exit_price: Digits | None
    exit_timestamp: datetime | None


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


def send_page(
    session: Session,
    portfolio_id: PortfolioId,
    window: Window,
    *,
    status: PositionStatus | None = None,
    market_id: str | None = None,
) -> Pending[list[PositionRow]]:
    """A page of a portfolio's positions, newest first; the window is of when they were opened."""
    values = {
        **window.values(),
        "portfolio_id": portfolio_id,
        "status": status,
        "market_id": market_id,
    }
    return send(session, PositionRow, SQL["select_positions"], values, AS_WRITTEN)


def send_fullest_event(session: Session, portfolio_id: PortfolioId) -> Pending[HeldEvent | None]:
    """Ask for the event in which a portfolio has invested most; None where it holds none."""
    values = {"portfolio_id": portfolio_id}
    found = send(session, HeldEvent, SQL["select_fullest_event"], values)
    return Pending(lambda: next(iter(found.get()), None))


def entries(session: Session, portfolio_id: PortfolioId) -> list[EntryRow]:
    """What the triggers of the portfolio's open positions follow from, by id."""
    return fetch(session, EntryRow, SQL["select_entries"], {"portfolio_id": portfolio_id})


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
