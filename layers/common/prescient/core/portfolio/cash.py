"""Cash that a user moves: deposits, withdrawals, transfers between portfolios."""

from __future__ import annotations

from decimal import Decimal

from prescient.core.errors import InvalidRequest, PortfolioConflict
from prescient.core.money import CENT, ZERO
from prescient.core.portfolio.portfolios import PortfolioStatus


def check_amount(amount: Decimal) -> None:
    """Raise `InvalidRequest` unless `amount` is a positive number of whole cents."""
    if not amount.is_finite() or amount <= ZERO:
        raise InvalidRequest(f"amount: {amount} must be above 0")
    if amount % CENT:
        raise InvalidRequest(f"amount: {amount} has more than two decimals")


def check_flow(status: PortfolioStatus, balance: Decimal, change: Decimal) -> None:
    """Raise `PortfolioConflict` unless cash (dollars) may change so: never below zero."""
    if status is PortfolioStatus.ARCHIVED:
        raise PortfolioConflict("status: an archived portfolio moves no cash")
    if balance + change < ZERO:
        raise PortfolioConflict(f"amount: {-change} is more than the {balance} in cash")
