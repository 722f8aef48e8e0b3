"""Pages of markets with their newest prices, of a market's tape, and of its holders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from psycopg.rows import scalar_row

from prescient.core.errors import MarketNotFound
from prescient.core.money import ZERO
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.rows import fetch
from prescient.store.windows import Window

SQL = statements.load(__file__)


class MarketRow(NamedTuple):
    """A market as listed, with its newest prices (0–1, of YES); None where it was never priced."""

    market_id: str
    question: str
    event_id: str | None
    event_title: str | None
    tags: Sequence[str]
    end_date: datetime | None
    yes_outcome: str
    no_outcome: str
    condition_id: str | None
    yes_token_id: str | None
    no_token_id: str | None
    tick_size: Decimal
    neg_risk: bool
    fee_rate: Decimal
    fee_exponent: Decimal
    best_bid: Decimal | None
    best_ask: Decimal | None
    mark: Decimal | None
    mark_stale: bool | None
    quoted_at: datetime | None
    liquidity: Decimal | None
    volume: Decimal | None
    accepting_orders: bool | None
    closed: bool | None
    resolution_status: str | None
    yes_payout: Decimal | None
    updated_at: datetime


class ObservationRow(NamedTuple):
    """What a batch saw of a market: prices (0–1, of YES but for `no_price`) and dollars."""

    batch_id: int
    timestamp: datetime
    best_bid: Decimal | None
    best_ask: Decimal | None
    mark: Decimal | None
    mark_stale: bool
    yes_price: Decimal | None
    no_price: Decimal | None
    liquidity: Decimal | None
    volume: Decimal | None
    accepting_orders: bool | None
    closed: bool | None


class HolderRow(NamedTuple):
    """An open position in a market; cost basis in dollars."""

    position_id: int
    portfolio_id: int
    portfolio_name: str
    action: str
    shares: Decimal | None
    cost_basis: Decimal
    entry_timestamp: datetime


def page(
    session: Session,
    window: Window,
    *,
    event_id: str | None = None,
    tag: str | None = None,
    closed: bool | None = None,
) -> list[MarketRow]:
    """Read a page of markets, by id."""
    wanted = {"market_id": None, "event_id": event_id, "tag": tag, "closed": closed}
    return fetch(session, MarketRow, SQL["select_markets"], {**window.values(), **wanted})


def get(session: Session, market_id: str) -> MarketRow:
    """Read one market. Raises `MarketNotFound`."""
    wanted = {"market_id": market_id, "event_id": None, "tag": None, "closed": None}
    found = session.execute(SQL["select_markets"], {**Window(limit=1).values(), **wanted})
    for row in found:
        return MarketRow(*row)
    raise MarketNotFound(market_id)


def history(session: Session, market_id: str, window: Window) -> list[ObservationRow]:
    """Read a page of what the tape has of a market, newest first."""
    values = {**window.values(), "market_id": market_id}
    return fetch(session, ObservationRow, SQL["select_history"], values)


def holders(session: Session, market_id: str, window: Window) -> list[HolderRow]:
    """Read a page of the open positions in a market, oldest first."""
    values = {**window.values(), "market_id": market_id}
    return fetch(session, HolderRow, SQL["select_holders"], values)


def exposure(session: Session, market_id: str) -> Decimal:
    """Read how many dollars of cost basis all portfolios together hold in a market."""
    with session.cursor(row_factory=scalar_row) as cursor:
        found = cursor.execute(SQL["select_exposure"], {"market_id": market_id}).fetchone()
    return ZERO if found is None else Decimal(found)
