"""A portfolio's books as they are stored: ledger, trades, positions, exits, equity and totals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from prescient.core.accounting.valuation import MarketPrice, PricedPosition
from prescient.core.market.markets import MarketId
from prescient.core.portfolio.positions import Action


class LedgerEntry(NamedTuple):
    """A movement of cash, in dollars."""

    entry_no: int
    kind: str
    amount: Decimal
    balance_after: Decimal
    source: str
    at: datetime


class TradeRecord(NamedTuple):
    """A trade with the limits (dollars of cost basis) that held when it filled.

    Status and realized P&L (dollars) are those of its position. A trade that is `inherited`
    from schema v1 may lack its signal, and its position the outcome.
    """

    trade_id: str
    event_id: str | None
    cost_basis: Decimal
    shares: Decimal | None
    signals: int
    inherited: bool
    at: datetime
    status: str
    realized_pnl: Decimal
    max_position_size: Decimal | None
    max_total_exposure: Decimal | None
    max_event_exposure: Decimal | None
    max_positions: int | None

    @property
    def source(self) -> str:
        return f"trade:{self.trade_id}"


class PositionRecord(NamedTuple):
    """A position, and the latest prices of YES in its market, 0–1, None where there are none.

    Shares are None where schema v1 had an impossible entry price; `identity` is None where it is
    unknown which market was bought.
    """

    position_id: int
    trade_id: str
    market_id: MarketId
    action: str
    bought_shares: Decimal | None
    shares: Decimal | None
    cost_basis: Decimal
    realized_pnl: Decimal
    status: str
    mark: Decimal | None
    best_bid: Decimal | None
    best_ask: Decimal | None
    identity: UUID | None

    @property
    def priced(self) -> PricedPosition:
        return PricedPosition(
            outcome=Action(self.action).outcome,
            shares=self.shares,
            cost_basis=self.cost_basis,
            price=MarketPrice(self.mark, self.best_bid, self.best_ask),
        )


class ExitRecord(NamedTuple):
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


class EquityRecord(NamedTuple):
    """What the equity points of a portfolio show, as P&L in dollars, which no flow of cash moves.

    `highest_profit` is at least the 0 of the beginning; `deepest_fall` is from the highest before.
    """

    points: int = 0
    highest_profit: Decimal = Decimal(0)
    deepest_fall: Decimal = Decimal(0)


class Totals(NamedTuple):
    """The numbers that a portfolio's row claims, in dollars."""

    initial_balance: Decimal
    current_balance: Decimal
    total_invested: Decimal
    total_profit_loss: Decimal
    realized_pnl: Decimal
    total_value: Decimal
    value_at_bid: Decimal
    peak_equity: Decimal
    max_drawdown: Decimal
    open_positions: int
    trade_count: int
    winning: int
    losing: int
    average_pnl: Decimal
    closed_positions: int
    closed_pnl: Decimal
    current_run: int
    max_consecutive_wins: int
    max_consecutive_losses: int
    last_trade_at: datetime | None
    peak_profit: Decimal
    index_peak: Decimal


class Books(NamedTuple):
    """All that is stored of one portfolio, each list in the order of its ids."""

    portfolio_id: int
    totals: Totals
    ledger: Sequence[LedgerEntry]
    trades: Sequence[TradeRecord]
    positions: Sequence[PositionRecord]
    exits: Sequence[ExitRecord]
    equity: EquityRecord
