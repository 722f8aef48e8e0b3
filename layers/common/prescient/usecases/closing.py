"""Closing positions by hand at the latest bids."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from prescient.core.errors import PortfolioConflict
from prescient.core.portfolio import closing
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import Exit
from prescient.store import exits, portfolios
from prescient.store.closing import open_positions
from prescient.store.database import Session


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
    found = open_positions(session, portfolio_id, position_id)
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
    made = closing.liquidate(open_positions(session, portfolio_id))
    exits.save(session, made, None, now)
    return made
