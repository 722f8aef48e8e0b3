"""The open positions of a portfolio with the bids at which they could be sold now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from prescient.core.market.markets import FeeSchedule, MarketId
from prescient.core.portfolio.closing import OpenPosition
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import Action, Holding
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.rows import typed_row

SQL = statements.load(__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    position_id: int
    portfolio_id: int
    market_id: MarketId
    action: Action
    shares: Decimal | None
    cost_basis: Decimal
    fee_rate: Decimal
    fee_exponent: Decimal
    bid: Decimal
    identity_changed: bool


def open_positions(
    session: Session, portfolio_id: PortfolioId, position_id: int | None = None
) -> list[OpenPosition]:
    """The portfolio's open positions by id, or the one that is named if it is open."""
    values = {"portfolio_id": portfolio_id, "position_id": position_id}
    with session.cursor(row_factory=typed_row(_Row)) as cursor:
        return [_open(row) for row in cursor.execute(SQL["select_open_positions"], values)]


def _open(row: _Row) -> OpenPosition:
    outcome = row.action.outcome
    holding = (
        Holding(
            row.position_id, row.portfolio_id, row.market_id, outcome, row.shares, row.cost_basis
        )
        if row.shares is not None
        else None
    )
    return OpenPosition(
        row.position_id,
        holding,
        row.bid,
        FeeSchedule(row.fee_rate, row.fee_exponent),
        row.identity_changed,
    )
