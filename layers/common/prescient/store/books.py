"""Order books of a batch: those that every portfolio's fills of the cycle walk."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice

from prescient.core.market.bids import Bids, bids_in_reach
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.fills import offers_to_decide_on
from prescient.core.market.markets import MarketId, Outcome
from prescient.core.money import ONE, ZERO
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)
_LEVEL = re.compile(r'\["([^"]+)", "([^"]+)"\]')  # as Postgres writes JSONB
Levels = Sequence[tuple[str, str]]
"""Price 0–1 and shares of each level as stored, best first."""


def save(
    session: Session,
    batch_id: int,
    books: Mapping[tuple[MarketId, Outcome], OrderBook],
    fetched_at: datetime,
    *,
    listed: bool = True,
) -> None:
    """Add books to a loading batch. `fetched_at` is the moment before they were asked for.

    `listed` is false for books that only a holding brought in: no other portfolio may see them.
    """
    if not books:
        return
    with session.cursor() as cursor, cursor.copy(SQL["copy_books"]) as copy:
        for (market_id, outcome), book in books.items():
            levels = (_stored(book.bids), _stored(book.asks))
            copy.write_row((batch_id, market_id, outcome, fetched_at, *levels, listed))


def stored_book(bids: Levels, asks: Levels) -> OrderBook:
    """A book from its stored sides."""
    return OrderBook(_levels(bids), _levels(asks))


def levels(side: str) -> Iterator[Level]:
    """The levels of a side that was selected as text, best first, each read when it is asked for.

    A fill uses the first few of many.
    """
    for level in _LEVEL.finditer(side):
        price, shares = level.groups()
        yield Level(Decimal(price), Decimal(shares))


def best_price(side: str, otherwise: Decimal) -> Decimal:
    """The best price 0–1 of a side that was selected as text, or `otherwise` where it is empty."""
    best = _LEVEL.search(side)
    return Decimal(best[1]) if best else otherwise


def book_to_decide_on(bids: str, asks: str) -> OrderBook:
    """Of a book that was selected as text the best bid, and the asks that a signal can use."""
    return OrderBook(tuple(islice(levels(bids), 1)), offers_to_decide_on(levels(asks)).levels)


def sale_bids(
    bids: str | None,
    asks: str | None,
    shares: Decimal,
    *,
    taken: Decimal = ZERO,
    limit_price: Decimal = ZERO,
) -> Bids | None:
    """What a sale of `shares` can use of a book that was selected as text: see `bids_in_reach`.

    None without a book.
    """
    if bids is None or asks is None:
        return None
    best_ask = best_price(asks, ONE)
    return bids_in_reach(levels(bids), best_ask, shares, taken=taken, limit_price=limit_price)


def _stored(levels: Sequence[Level]) -> str:
    """Levels as [price, shares] strings, best first, as JSON."""
    return json.dumps([[str(level.price), str(level.shares)] for level in levels])


def _levels(stored: Levels) -> tuple[Level, ...]:
    return tuple([Level(Decimal(price), Decimal(shares)) for price, shares in stored])
