"""A portfolio's books as they are stored: ledger, fills, positions, exits and totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from prescient.core.market.markets import MarketId


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A movement of cash, in dollars."""

    entry_no: int
    kind: str
    amount: Decimal
    balance_after: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Fill:
    """A trade with the limits (dollars of cost basis) that held when it filled.

    Status and realized P&L (dollars) are those of its position. One that is `inherited` from
    schema v1 may lack its signal, and its position with it what came of it.
    """

    trade_id: str
    event_id: str | None
    cost_basis: Decimal
    shares: Decimal | None
    signals: int
    inherited: bool
    status: str
    realized_pnl: Decimal
    max_position_size: Decimal | None
    max_total_exposure: Decimal | None
    max_event_exposure: Decimal | None
    max_positions: int | None

    @property
    def source(self) -> str:
        return f"trade:{self.trade_id}"


@dataclass(frozen=True, slots=True)
class Held:
    """A position as stored. `mark` is that of its outcome, 0–1, None when there is none.

    Shares are None where schema v1 had an impossible entry price.
    """

    position_id: int
    trade_id: str
    market_id: MarketId
    bought_shares: Decimal | None
    shares: Decimal | None
    cost_basis: Decimal
    realized_pnl: Decimal
    status: str
    mark: Decimal | None


@dataclass(frozen=True, slots=True)
class Left:
    """Shares that left a position; money in dollars."""

    position_id: int
    shares: Decimal
    proceeds: Decimal
    fee: Decimal
    cost_basis: Decimal
    source: str

    @property
    def realized_pnl(self) -> Decimal:
        return self.proceeds - self.fee - self.cost_basis


@dataclass(frozen=True, slots=True)
class Totals:
    """The numbers that a portfolio's row claims, in dollars."""

    initial_balance: Decimal
    current_balance: Decimal
    total_invested: Decimal
    total_profit_loss: Decimal
    realized_pnl: Decimal
    trade_count: int
    winning: int
    losing: int
    average_pnl: Decimal


@dataclass(frozen=True, slots=True)
class Books:
    """All that is stored of one portfolio, each list in the order of its ids."""

    portfolio_id: int
    totals: Totals
    ledger: Sequence[LedgerEntry]
    fills: Sequence[Fill]
    positions: Sequence[Held]
    exits: Sequence[Left]
