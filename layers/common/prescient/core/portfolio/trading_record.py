"""A portfolio's trading record: how its closed positions did."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from prescient.core.money import ZERO, cents_half_up


class TradingRecord(NamedTuple):
    """Counts over closed positions; `closed_pnl` is their realized P&L in dollars.

    A position that closed at exactly its cost neither wins nor loses, and ends a run.
    `current_run` is the length of the present run, negative while losing.
    """

    closed: int = 0
    winning: int = 0
    losing: int = 0
    closed_pnl: Decimal = ZERO
    current_run: int = 0
    max_consecutive_wins: int = 0
    max_consecutive_losses: int = 0

    @property
    def average_pnl(self) -> Decimal:
        """Dollars a closed position, to the nearest cent; 0 before the first."""
        return cents_half_up(self.closed_pnl / self.closed) if self.closed else ZERO

    def after(self, realized_pnls: Iterable[Decimal]) -> TradingRecord:
        """The record once positions closed with these P&Ls (dollars), in this order."""
        record = self
        for pnl in realized_pnls:
            record = record._after_one(pnl)
        return record

    def _after_one(self, pnl: Decimal) -> TradingRecord:
        run = _next_run(self.current_run, pnl)
        return TradingRecord(
            closed=self.closed + 1,
            winning=self.winning + (pnl > ZERO),
            losing=self.losing + (pnl < ZERO),
            closed_pnl=self.closed_pnl + pnl,
            current_run=run,
            max_consecutive_wins=max(self.max_consecutive_wins, run),
            max_consecutive_losses=max(self.max_consecutive_losses, -run),
        )


def _next_run(run: int, pnl: Decimal) -> int:
    if pnl > ZERO:
        return max(run, 0) + 1
    if pnl < ZERO:
        return min(run, 0) - 1
    return 0
