"""Portfolios: their state, their limits and the changes of status that are allowed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NewType

from prescient.core.errors import PortfolioConflict

PortfolioId = NewType("PortfolioId", int)


class PortfolioStatus(StrEnum):
    """`active` trades; `paused` opens nothing but is marked and settled; `archived` is history."""

    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Limits:
    """A portfolio's own risk limits, in dollars of cost basis; None where there is none."""

    max_position_size: Decimal | None
    max_total_exposure: Decimal | None
    max_positions: int


@dataclass(frozen=True, slots=True)
class GlobalLimits:
    """Limits over all portfolios, in dollars of cost basis; None where there is none."""

    max_market_exposure: Decimal | None = None
    total_capital: Decimal | None = None


_ALLOWED = {
    (PortfolioStatus.ACTIVE, PortfolioStatus.PAUSED),
    (PortfolioStatus.PAUSED, PortfolioStatus.ACTIVE),
    (PortfolioStatus.ACTIVE, PortfolioStatus.ARCHIVED),
    (PortfolioStatus.PAUSED, PortfolioStatus.ARCHIVED),
}


def check_status_change(
    present: PortfolioStatus, wanted: PortfolioStatus, open_positions: int
) -> None:
    """Raise `PortfolioConflict` unless a portfolio may go from `present` to `wanted`."""
    if present is wanted:
        return
    if (present, wanted) not in _ALLOWED:
        raise PortfolioConflict(f"status: {present} cannot become {wanted}")
    if wanted is PortfolioStatus.ARCHIVED and open_positions:
        raise PortfolioConflict(
            f"status: archived needs no open positions, and there are {open_positions}"
        )
