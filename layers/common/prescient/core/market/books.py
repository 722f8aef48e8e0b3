"""Order books: what is bid and offered of one outcome, best first."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from prescient.core.market.markets import Quote
from prescient.core.money import ONE, ZERO


@dataclass(frozen=True, slots=True)
class Level:
    """A price level: shares offered or wanted at a price 0–1."""

    price: Decimal
    shares: Decimal


@dataclass(frozen=True, slots=True)
class OrderBook:
    """The book of one outcome: bids from the highest, asks from the lowest."""

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]

    @property
    def quote(self) -> Quote:
        """Best bid and ask; an empty side is bid 0 or ask 1."""
        return Quote(
            bid=self.bids[0].price if self.bids else ZERO,
            ask=self.asks[0].price if self.asks else ONE,
        )
