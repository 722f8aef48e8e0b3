"""Closing positions by hand at the latest bids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from psycopg.rows import class_row

from prescient.core.errors import PortfolioConflict
from prescient.core.market.markets import FeeSchedule, MarketId
from prescient.core.portfolio import closing
from prescient.core.portfolio.closing import OpenPosition
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import Action, Exit, Holding
from prescient.store import exits, portfolios, statements
from prescient.store.database import Session

SQL = statements.load(__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    position_id: int
    portfolio_id: int
    market_id: MarketId
    action: str
    shares: Decimal | None
    cost_basis: Decimal
    fee_rate: Decimal
    fee_exponent: Decimal
    bid: Decimal


def close_position(
    session: Session,
    portfolio_id: PortfolioId,
    position_id: int,
    shares: Decimal | None,
    now: datetime,
) -> Exit:
    """Sell `shares` of an open position, all of them where None.

    Raises `PortfolioNotFound`, `PortfolioConflict` (not open, no bid, shares unknown) or
    `InvalidRequest` (more shares than are held, or a part of a hundredth).
    """
    portfolios.lock(session, portfolio_id)
    found = _open_positions(session, portfolio_id, position_id)
    if not found:
        raise PortfolioConflict(
            f"position_id: portfolio {portfolio_id} has no open position {position_id}"
        )
    made = closing.close(found[0], shares)
    exits.save(session, [made], None, now)
    return made


def liquidate(session: Session, portfolio_id: PortfolioId, now: datetime) -> list[Exit]:
    """Sell everything that a locked portfolio holds, or nothing.

    Raises `PortfolioConflict` that names each position that cannot be sold.
    """
    made = closing.liquidate(_open_positions(session, portfolio_id))
    exits.save(session, made, None, now)
    return made


def _open_positions(
    session: Session, portfolio_id: PortfolioId, position_id: int | None = None
) -> Sequence[OpenPosition]:
    values = {"portfolio_id": portfolio_id, "position_id": position_id}
    with session.cursor(row_factory=class_row(_Row)) as cursor:
        return [_open(row) for row in cursor.execute(SQL["select_open_positions"], values)]


def _open(row: _Row) -> OpenPosition:
    outcome = Action(row.action).outcome
    holding = (
        Holding(
            row.position_id, row.portfolio_id, row.market_id, outcome, row.shares, row.cost_basis
        )
        if row.shares is not None
        else None
    )
    return OpenPosition(
        row.position_id, holding, row.bid, FeeSchedule(row.fee_rate, row.fee_exponent)
    )
