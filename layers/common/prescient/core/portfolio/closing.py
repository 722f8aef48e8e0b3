"""Closing by hand at the latest bid: one position, or all of a portfolio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from prescient.core.errors import PortfolioConflict
from prescient.core.market.markets import FeeSchedule
from prescient.core.money import ZERO
from prescient.core.portfolio.positions import Exit, ExitKind, Holding, check_sale, sell


@dataclass(frozen=True, slots=True)
class OpenPosition:
    """`holding` is None where its shares are unknown; `bid`, 0–1, is 0 without a bid.

    `identity_changed`: its market id stands for another market now.
    """

    position_id: int
    holding: Holding | None
    bid: Decimal
    fee: FeeSchedule
    identity_changed: bool = False


def close(position: OpenPosition, shares: Decimal | None) -> Exit:
    """Sell `shares` of the position, all of them where None.

    Raises `PortfolioConflict` (no bid, shares unknown, another market under its id) or
    `InvalidRequest` (more shares than are held, or a part of a hundredth).
    """
    obstacle = _obstacle(position)
    if position.holding is None or obstacle is not None:
        raise PortfolioConflict(f"position_id: {obstacle}")
    wanted = position.holding.shares if shares is None else shares
    check_sale(wanted, position.holding.shares)
    return sell(position.holding, ExitKind.MANUAL, [(position.bid, wanted)], position.fee)


def liquidate(positions: Sequence[OpenPosition]) -> list[Exit]:
    """Sell all shares of all positions, or none.

    Raises `PortfolioConflict` that names each position that cannot be sold.
    """
    obstacles = [problem for position in positions if (problem := _obstacle(position))]
    if obstacles:
        raise PortfolioConflict(f"liquidate: {', '.join(obstacles)}")
    return [close(position, None) for position in positions]


def _obstacle(position: OpenPosition) -> str | None:
    if position.holding is None:
        return f"position {position.position_id} has unknown shares"
    if position.identity_changed:
        return f"position {position.position_id} is of another market than its id stands for now"
    if position.bid <= ZERO:
        return f"position {position.position_id} has no bid"
    return None
