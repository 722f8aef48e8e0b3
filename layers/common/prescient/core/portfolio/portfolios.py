"""Portfolios: their state, their limits and the changes of status that are allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, NewType

from prescient.core.errors import HasHistory, NotConfirmed, OpenPositions, PortfolioArchived
from prescient.core.portfolio.guards import NO_GUARD, Guard

PortfolioId = NewType("PortfolioId", int)
DEFAULT_MAX_POSITIONS = 20


class PortfolioStatus(StrEnum):
    """`active` trades; `paused` opens nothing but is marked and settled; `archived` is history."""

    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


class Limits(NamedTuple):
    """A portfolio's own risk limits, in dollars of cost basis; None where there is none."""

    max_position_size: Decimal | None
    max_total_exposure: Decimal | None
    max_positions: int


class GlobalLimits(NamedTuple):
    """Limits over all portfolios, in dollars of cost basis; None where there is none."""

    max_market_exposure: Decimal | None = None
    total_capital: Decimal | None = None


class NewPortfolio(NamedTuple):
    """A portfolio to create; money in dollars.

    `ordered_by` is whose token asks for it, `reason` says why.
    """

    name: str
    description: str
    strategy_type: str
    initial_balance: Decimal
    strategy_config: Mapping[str, object]
    limits: Limits
    guard: Guard = NO_GUARD
    tags: Sequence[str] = ()
    twin_of: PortfolioId | None = None
    twin_key: str | None = None
    ordered_by: str | None = None
    reason: str | None = None


def check_changeable(portfolio_id: PortfolioId, status: PortfolioStatus) -> None:
    """Raise `PortfolioArchived` for an archived portfolio, of which only the cash may change."""
    if status is PortfolioStatus.ARCHIVED:
        raise PortfolioArchived(
            f"portfolio_id: portfolio {portfolio_id} is archived: only its cash can leave it"
        )


def check_status_change(
    present: PortfolioStatus, wanted: PortfolioStatus, open_positions: int
) -> None:
    """Raise unless a portfolio may go from `present` to `wanted`.

    Raises `PortfolioArchived` for the way back from history, and `OpenPositions`.
    """
    if present is wanted:
        return
    if present is PortfolioStatus.ARCHIVED:
        raise PortfolioArchived(f"status: {present} cannot become {wanted}")
    if wanted is PortfolioStatus.ARCHIVED and open_positions:
        raise OpenPositions(
            f"status: archived needs no open positions, and there are {open_positions}"
        )


def check_deletion(
    portfolio_id: PortfolioId, name: str, confirmed: str | None, *, has_history: bool, purge: bool
) -> None:
    """Raise unless the portfolio may be deleted with all of its rows.

    Raises `NotConfirmed` where `confirmed` is not its name, and `HasHistory` where it has a trade
    or a transfer, which only a `purge` deletes.
    """
    if confirmed is not None and confirmed != name:
        raise NotConfirmed("confirm: is not the portfolio's name")
    if has_history and not purge:
        raise HasHistory(
            f"portfolio_id: portfolio {portfolio_id} has a trade or a transfer: archive it instead"
        )
