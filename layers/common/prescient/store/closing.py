"""The open positions of a portfolio with what is stored of the bids for them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from prescient.core.market.bids import Bids, bids
from prescient.core.market.markets import FeeSchedule, Identity, MarketId
from prescient.core.portfolio.closing import OpenPosition, Showing
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import Action, Holding
from prescient.store import statements
from prescient.store.books import sale_bids
from prescient.store.database import Session
from prescient.store.quotes import quote
from prescient.store.rows import fetch

SQL = statements.load(__file__)


class _Row(NamedTuple):
    position_id: int
    portfolio_id: int
    market_id: MarketId
    action: Action
    shares: Decimal
    cost_basis: Decimal
    best_bid: Decimal | None
    best_ask: Decimal | None
    quoted_at: datetime | None
    tradable: bool
    resolved: bool
    bids: str | None
    asks: str | None
    liquidity: Decimal
    fee_rate: Decimal
    fee_exponent: Decimal
    identity: Identity | None
    seen_identity: Identity | None


def open_positions(
    session: Session, portfolio_id: PortfolioId, position_id: int | None = None
) -> list[OpenPosition]:
    """The portfolio's open positions by id, or the one that is named if it is open."""
    values = {"portfolio_id": portfolio_id, "position_id": position_id}
    return [_open(row) for row in fetch(session, _Row, SQL["select_open_positions"], values)]


def exists(session: Session, portfolio_id: PortfolioId, position_id: int) -> bool:
    """Whether the portfolio has, or had, a position with this id."""
    values = {"portfolio_id": portfolio_id, "position_id": position_id}
    return bool(session.execute(SQL["select_position_id"], values).fetchall())


def _open(row: _Row) -> OpenPosition:
    outcome = row.action.outcome
    holding = Holding(
        row.position_id, row.portfolio_id, row.market_id, outcome, row.shares, row.cost_basis
    )
    return OpenPosition(holding, row.identity, _showing(row))


def _showing(row: _Row) -> Showing | None:
    if row.quoted_at is None:
        return None
    return Showing(
        bids=_bids(row),
        quoted_at=row.quoted_at,
        tradable=row.tradable,
        resolved=row.resolved,
        fee=FeeSchedule(row.fee_rate, row.fee_exponent),
        identity=row.seen_identity,
    )


def _bids(row: _Row) -> Bids:
    if (found := sale_bids(row.bids, row.asks, row.shares)) is not None:
        return found
    listed = quote(row.best_bid, row.best_ask)
    return bids(listed and listed.of(row.action.outcome), row.liquidity)
