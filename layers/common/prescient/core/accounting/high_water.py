"""What the peak and the drawdown of a portfolio can have been, from what is stored of its past.

Both move whenever totals are rewritten, and equity points stand at price updates, cycles and flows
only. So the points show the least that peak and drawdown are. The ledger shows the most: at each of
its moments a share that is held is worth between $0 and $1. Both count equity without flows of
cash, which is the initial balance and the P&L.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from prescient.core.accounting.books_as_stored import Books, ExitRecord, TradeRecord
from prescient.core.accounting.valuation import HighWaterMark
from prescient.core.money import ZERO, cents_half_up


def least(books: Books) -> HighWaterMark:
    """The peak and drawdown of the equity points and of the totals, which are the newest point."""
    totals, seen = books.totals, books.equity
    start = HighWaterMark(totals.initial_balance + seen.highest_profit, seen.deepest_fall)
    return start.after(totals.initial_balance + totals.total_profit_loss)


def most(books: Books) -> HighWaterMark | None:
    """The peak and drawdown if all prices were first at their best and then at their worst.

    None where trades are inherited from schema v1, whose books have gaps.
    """
    if any(trade.inherited for trade in books.trades):
        return None
    highest, deepest = ZERO, ZERO
    for lowest_profit, highest_profit in _profits(books):
        highest = max(highest, highest_profit)
        deepest = max(deepest, highest - lowest_profit)
    return HighWaterMark(books.totals.initial_balance + highest, deepest)


@dataclass(slots=True)
class _Holdings:
    """Shares and cost basis (dollars) that are held, by trade."""

    realized: Decimal = ZERO
    shares: dict[str, Decimal] = field(default_factory=dict)
    cost_basis: dict[str, Decimal] = field(default_factory=dict)

    def buy(self, trade: TradeRecord) -> None:
        self.shares[trade.trade_id] = trade.shares or ZERO
        self.cost_basis[trade.trade_id] = trade.cost_basis

    def leave(self, trade_id: str, exit_record: ExitRecord) -> None:
        self.realized += exit_record.realized_pnl
        self.shares[trade_id] = self.shares.get(trade_id, ZERO) - exit_record.shares
        self.cost_basis[trade_id] = self.cost_basis.get(trade_id, ZERO) - exit_record.cost_basis

    @property
    def profits(self) -> tuple[Decimal, Decimal]:
        """P&L with every share at $0, and at $1."""
        lowest = self.realized - sum(self.cost_basis.values(), ZERO)
        return lowest, lowest + sum(map(cents_half_up, self.shares.values()), ZERO)


def _profits(books: Books) -> Iterator[tuple[Decimal, Decimal]]:
    """The lowest and the highest P&L after each entry of the ledger."""
    trades = {trade.source: trade for trade in books.trades}
    exits = {exit_record.source: exit_record for exit_record in books.exits}
    trade_ids = {position.position_id: position.trade_id for position in books.positions}
    holdings = _Holdings()
    for entry in books.ledger:
        if (trade := trades.get(entry.source)) is not None:
            holdings.buy(trade)
        elif (exit_record := exits.get(entry.source)) is not None:
            holdings.leave(trade_ids.get(exit_record.position_id, ""), exit_record)
        yield holdings.profits
