"""Cash that moves between a portfolio and its owner, or between two portfolios."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from prescient.core.errors import InsufficientBalance, InvalidRequest, PortfolioArchived
from prescient.core.money import CENT, LARGEST_BALANCE, ZERO, plain
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus


class LedgerKind(StrEnum):
    """Why cash moved: purchases, exits by their kind, flows, and what an upgrade cannot explain."""

    BUY = "buy"
    SELL = "sell"
    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"
    SETTLEMENT = "settlement"
    MANUAL = "manual"
    WRITE_OFF = "write_off"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    ADJUSTMENT = "adjustment"


FLOWS = frozenset(
    {
        LedgerKind.DEPOSIT,
        LedgerKind.WITHDRAWAL,
        LedgerKind.TRANSFER_IN,
        LedgerKind.TRANSFER_OUT,
        LedgerKind.ADJUSTMENT,
    }
)
"""The kinds that are neither profit nor loss."""


class Executor(StrEnum):
    """Who ordered a transfer: a user, or the daily rebalancing."""

    MANUAL = "manual"
    SYSTEM = "system"


class Transfer(NamedTuple):
    """Dollars, in whole cents, from one portfolio to another; made once for its `key`.

    `ordered_by` is whose token asked for it, None where the system did.
    """

    from_id: PortfolioId
    to_id: PortfolioId
    amount: Decimal
    key: str
    reason: str | None
    executed_by: Executor = Executor.MANUAL
    ordered_by: str | None = None

    @property
    def source(self) -> str:
        """What the two ledger entries of the transfer name as their source.

        The system's own keys stand beside those of users, which all begin with `transfer:`.
        """
        return self.key if self.executed_by is Executor.SYSTEM else f"transfer:{self.key}"


def check_amount(amount: Decimal) -> None:
    """Raise `InvalidRequest` unless `amount` is a positive number of whole cents."""
    if not amount.is_finite() or amount <= ZERO:
        raise InvalidRequest(f"amount: {amount} must be above 0")
    if amount % CENT:
        raise InvalidRequest(f"amount: {amount} has more than two decimals")


def check_transfer(transfer: Transfer) -> None:
    """Raise `InvalidRequest` for a bad amount or a transfer from a portfolio to itself."""
    check_amount(transfer.amount)
    if transfer.from_id == transfer.to_id:
        raise InvalidRequest("to_portfolio_id: must differ from from_portfolio_id")


def check_balance(field: str, balance: Decimal) -> None:
    """Raise `InvalidRequest` naming `field` where cash (dollars) would exceed `LARGEST_BALANCE`."""
    if balance > LARGEST_BALANCE:
        raise InvalidRequest(
            f"{field}: brings the balance to {plain(balance)}, above the "
            f"{plain(LARGEST_BALANCE)} dollars that a portfolio may have"
        )


def check_flow(status: PortfolioStatus, balance: Decimal, change: Decimal) -> None:
    """Raise unless cash (dollars) may change so.

    Raises `InsufficientBalance` below zero, `PortfolioArchived` where cash would enter an archived
    portfolio, and `InvalidRequest` where a flow would bring it above `LARGEST_BALANCE`.
    """
    if status is PortfolioStatus.ARCHIVED and change > ZERO:
        raise PortfolioArchived("status: cash can only leave an archived portfolio")
    if balance + change < ZERO:
        raise InsufficientBalance(f"amount: {-change} is more than the {balance} in cash")
    if change > ZERO:
        check_balance("amount", balance + change)
