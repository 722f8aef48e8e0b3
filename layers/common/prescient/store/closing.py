"""Closing a position by hand, whole or in part, at the latest bid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from psycopg.rows import class_row

from prescient.core.errors import PortfolioConflict
from prescient.core.markets import FeeSchedule, MarketId
from prescient.core.portfolios import PortfolioId
from prescient.core.positions import Action, Exit, ExitKind, Holding, check_sale, sell
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
    tradable: bool


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
    row = _position(session, portfolio_id, position_id)
    if row.shares is None:
        raise PortfolioConflict(f"position_id: nobody knows the shares of position {position_id}")
    wanted = row.shares if shares is None else shares
    check_sale(wanted, row.shares)
    if not row.tradable or row.bid <= 0:
        raise PortfolioConflict(f"position_id: nobody bids for position {position_id}")
    holding = Holding(
        row.position_id,
        row.portfolio_id,
        row.market_id,
        Action(row.action).outcome,
        row.shares,
        row.cost_basis,
    )
    fee = FeeSchedule(row.fee_rate, row.fee_exponent)
    made = sell(holding, ExitKind.MANUAL, [(row.bid, wanted)], fee)
    exits.save(session, [made], None, now)
    return made


def _position(session: Session, portfolio_id: PortfolioId, position_id: int) -> _Row:
    values = {"portfolio_id": portfolio_id, "position_id": position_id}
    with session.cursor(row_factory=class_row(_Row)) as cursor:
        row = cursor.execute(SQL["select_position"], values).fetchone()
    if row is None:
        raise PortfolioConflict(
            f"position_id: portfolio {portfolio_id} has no open position {position_id}"
        )
    return row
