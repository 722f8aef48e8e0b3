"""Drawdown guards, judged by what the second ledger says of P&L and equity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction as F
from typing import Any

from tests.sequences.reference import Book

Rows = Callable[..., list[dict[str, Any]]]
STANDINGS = "SELECT portfolio_id, status, index_peak, peak_profit, total_value FROM portfolios"
PAUSES = """
SELECT change_id, portfolio_id FROM portfolio_status_changes
WHERE ordered_by IS NULL AND reason LIKE 'drawdown%%' AND change_id > %s ORDER BY change_id
"""
PEAK_STEP = F(1, 10**6)
"""The peak of the index is rounded at each flow, so that no drawdown grows."""


@dataclass
class Watch:
    """The time-weighted index and the P&L of a portfolio, and the highest that both were seen at.

    The limits are dollars and percent, None where there is none.
    """

    limit: F | None
    percent: F | None
    equity: F
    profit: F = F(0)
    index: F = F(1)
    index_peak: F = F(1)
    profit_peak: F = F(0)

    def see(self, equity: F, profit: F) -> None:
        """It is worth that, without a flow since it was seen last."""
        if self.equity > 0:
            self.index *= equity / self.equity
        self.equity, self.profit = equity, profit
        self.index_peak = max(self.index_peak, self.index)
        self.profit_peak = max(self.profit_peak, profit)

    def flow(self, amount: F) -> None:
        """Cash came in or left: equity that is gone ends the index, and cash begins another."""
        if self.equity <= 0 or self.equity + amount <= 0:
            self.index = self.index_peak = F(1)
        self.equity += amount

    @property
    def peak_equity(self) -> F:
        """At which equity the index would be at its highest."""
        return self.equity * self.index_peak / self.index if self.index else F(0)

    def reaches(self, equity_peak: F, profit_peak: F) -> bool:
        """Whether it lies so far below these peaks."""
        fallen, lost = equity_peak - self.equity, profit_peak - self.profit
        in_percent = self.percent is not None and (
            fallen > PEAK_STEP and 100 * fallen >= self.percent * equity_peak
        )
        return (self.limit is not None and lost >= self.limit) or in_percent


@dataclass
class Guards:
    """All watches; a guard pauses where totals are recorded, and nowhere else."""

    rows: Rows
    books: Mapping[int, Book]
    marks: Mapping[str, F]
    census: Counter[str]
    watches: dict[int, Watch] = field(default_factory=dict)
    _seen: int = 0

    def see(self) -> None:
        """Totals may have changed, by marks or fills; no guard has acted on it yet."""
        for owner, watch in self.watches.items():
            book = self.books[owner]
            equity = book.cash + book.value(dict(self.marks))
            watch.see(equity, equity - book.start - book.flows)

    def nothing_paused(self) -> None:
        assert self._new_pauses() == [], "a guard paused where nothing was recorded"

    def recorded(self, *owners: int) -> None:
        """The totals of these were recorded: those that fell this far are paused, and no others."""
        self.see()
        standings = {row["portfolio_id"]: row for row in self.rows(STANDINGS)}
        for owner in self._new_pauses():
            assert owner in owners, "a guard paused for another's loss"
            row = standings[owner]
            peaks = F(row["index_peak"]) + PEAK_STEP, F(row["peak_profit"])
            assert self.watches[owner].reaches(*peaks), "a guard paused too early"
            self.census["paused by a guard"] += 1
        for owner in owners:
            watch, row = self.watches[owner], standings[owner]
            self._check_peaks(watch, row)
            is_due = watch.reaches(watch.peak_equity, watch.profit_peak)
            assert not (is_due and row["status"] == "active"), "a guard did not pause"

    def _check_peaks(self, watch: Watch, row: Mapping[str, Any]) -> None:
        """The stored peaks are those that were seen, whatever flowed since."""
        assert F(row["peak_profit"]) == watch.profit_peak
        rounding = PEAK_STEP * max(watch.peak_equity, F(1))
        if watch.equity > 0:
            assert abs(F(row["index_peak"]) - watch.peak_equity) <= rounding

    def _new_pauses(self) -> list[int]:
        found = self.rows(PAUSES, self._seen)
        self._seen = max((row["change_id"] for row in found), default=self._seen)
        return [row["portfolio_id"] for row in found]
