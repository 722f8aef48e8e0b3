"""Strategy exits: sell signals turned into sales at the batch's bids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from prescient.core.execution.buys import Rejection
from prescient.core.market.books import Level
from prescient.core.market.fills import Evidence, lowest_price, walk
from prescient.core.market.markets import FeeSchedule
from prescient.core.money import ZERO
from prescient.core.portfolio.positions import Exit, ExitKind, Holding, sell


@dataclass(frozen=True, slots=True)
class SaleOrder:
    """A sell signal with its position and the bids of the held outcome, best first.

    `target_price` is the bid at decision, 0–1; `shares` at most what is held.
    """

    signal_id: int
    holding: Holding
    shares: Decimal
    target_price: Decimal
    bids: tuple[Level, ...]
    evidence: Evidence
    fee: FeeSchedule
    open: bool
    quote_age: timedelta


@dataclass(frozen=True, slots=True)
class Sales:
    """Exits by signal, and rejections."""

    exits: list[tuple[SaleOrder, Exit]] = field(default_factory=list)
    rejections: list[tuple[SaleOrder, Rejection]] = field(default_factory=list)

    @property
    def cash(self) -> Decimal:
        """Dollars that the exits bring, fees deducted."""
        return sum((made.cash for _, made in self.exits), ZERO)


def execute_sales(
    orders: Sequence[SaleOrder], max_slippage: Decimal, max_quote_age: timedelta
) -> Sales:
    """Sell what the bids take. A thin book sells in part; the rest stays held."""
    done = Sales()
    for order in orders:
        result = _sale(order, max_slippage, max_quote_age)
        if isinstance(result, Rejection):
            done.rejections.append((order, result))
        else:
            done.exits.append((order, result))
    return done


def _sale(order: SaleOrder, max_slippage: Decimal, max_quote_age: timedelta) -> Exit | Rejection:
    bids = tuple(level for level in order.bids if level.price > ZERO and level.shares > ZERO)
    worst = lowest_price(order.target_price, max_slippage)
    taken = tuple(level for level in bids if level.price >= worst)
    checks = (
        (not order.open, Rejection.MARKET_CLOSED),
        (order.quote_age > max_quote_age, Rejection.STALE_QUOTE),
        (not bids, Rejection.NO_QUOTE),
        (not taken, Rejection.SLIPPAGE),
    )
    refusal = next((reason for broken, reason in checks if broken), None)
    if refusal is not None:
        return refusal
    shares = min(order.shares, order.holding.shares)
    matches = walk(taken, shares)
    return sell(order.holding, ExitKind.SELL, matches, order.fee, order.evidence)
