"""Order books: what is bid and offered of one outcome, best first, and when a book is believed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from prescient.core.market.markets import MarketId, Outcome, Quote
from prescient.core.market.marks import is_trusted
from prescient.core.money import ONE, ZERO

WIDEST_GAP = Decimal("0.05")

Side = tuple[MarketId, Outcome]
"""One outcome of one market: what a book is the book of."""


class BookSide(StrEnum):
    """What a purchase takes from, and what a sale takes from."""

    ASKS = "asks"
    BIDS = "bids"


class Level(NamedTuple):
    """A price level: shares offered or wanted at a price 0–1."""

    price: Decimal
    shares: Decimal


class OrderBook(NamedTuple):
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


def believed(
    books: Mapping[Side, OrderBook], listed: Mapping[MarketId, Quote | None]
) -> dict[Side, OrderBook]:
    """The books that the `listed` quotes of YES do not contradict; the others are absent.

    Held against the outcome's own listed quote, which for NO is the complement. A market without
    a quote keeps its books: there is nothing to hold them against.
    """
    found = {}
    for (market_id, outcome), book in books.items():
        quote = listed.get(market_id)
        if quote is None or not _contradicts(book.quote, quote.of(outcome)):
            found[market_id, outcome] = book
    return found


def beyond(levels: Iterable[Level], taken: Decimal) -> tuple[Level, ...]:
    """What is left of `levels`, best first, once `taken` shares are gone from their front.

    A level of no shares is none.
    """
    return tuple(left_of(levels, taken))


def left_of(levels: Iterable[Level], taken: Decimal) -> Iterator[Level]:
    """`beyond`, which looks at no more levels than are asked for."""
    for level in levels:
        gone = min(taken, level.shares)
        taken -= gone
        if gone < level.shares:
            yield Level(level.price, level.shares - gone) if gone else level


def _contradicts(top: Quote, listed: Quote) -> bool:
    """Whether best bid or best ask is more than 0.05 away from the listed one.

    A listed quote that is not trusted, because it is wide, only says between which prices the
    market is: a book contradicts it where it lies outside by more than that.
    """
    if is_trusted(listed):
        return max(abs(top.bid - listed.bid), abs(top.ask - listed.ask)) > WIDEST_GAP
    return max(top.bid - listed.ask, listed.bid - top.ask) > WIDEST_GAP
