"""Order books of a batch: those that every portfolio's fills of the cycle walk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import MarketId, Outcome
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)


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
    with session.cursor() as cursor, cursor.copy(SQL["copy_books"]) as copy:
        for (market_id, outcome), book in books.items():
            levels = (_stored(book.bids), _stored(book.asks))
            copy.write_row((batch_id, market_id, outcome, fetched_at, *levels, listed))


def _stored(levels: Sequence[Level]) -> str:
    """Levels as [price, shares] strings, best first, as JSON."""
    return json.dumps([[str(level.price), str(level.shares)] for level in levels])
