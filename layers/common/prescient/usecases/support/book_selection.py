"""Which order books a cycle fetches: of the deepest admitted markets, and of what is held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from prescient.core.market.batches import LeftOut
from prescient.core.market.books import OrderBook, Side, believed
from prescient.core.market.markets import MarketId, Outcome, Quote
from prescient.store import admission, books
from prescient.store.admission import MarketTokens
from prescient.store.database import Session
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.market_needs import MarketNeeds

Sides = dict[str, Side]
"""The outcome that each token stands for."""


class BookSelection(NamedTuple):
    """The markets that some configuration admits, deepest first, and the books of some of them.

    `held_books` are those that only a holding brought in, which its holders alone may see.
    `contradicted` books are absent, because the listed quotes say otherwise.
    """

    market_ids: list[MarketId]
    books: Mapping[Side, OrderBook]
    held_books: Mapping[Side, OrderBook]
    fetched_at: datetime
    left_out: LeftOut
    contradicted: int

    def save(self, session: Session, batch_id: int) -> None:
        """Add the books to a loading batch."""
        books.save(session, batch_id, self.books, self.fetched_at)
        books.save(session, batch_id, self.held_books, self.fetched_at, listed=False)


def select_books(batch_id: int, needs: MarketNeeds, context: StepContext) -> BookSelection:
    """Fetch both books of the deepest admitted markets, as many as `max_books` allows.

    One outcome alone could hide an arbitrage, or pretend one. The books of held markets come
    besides, so that the tape has them until the last position is closed.
    """
    with context.database.transaction() as session:
        admitted = admission.admitted(
            session, batch_id, needs.admissions(context.now()), needs.thresholds
        )
        held = admission.held(session, batch_id)
    sides, beyond = _bounded(_sides(admitted), context.max_books)
    held_sides = {token: side for token, side in _sides(held).items() if token not in sides}
    fetched_at = context.now()
    found = context.exchange.books([*sides, *held_sides])
    quotes = {market.market_id: market.quote for market in (*admitted, *held)}
    shown, held_books = (_believed(found, wanted, quotes) for wanted in (sides, held_sides))
    return BookSelection(
        market_ids=[market.market_id for market in admitted],
        books=shown,
        held_books=held_books,
        fetched_at=fetched_at,
        left_out=LeftOut(
            books_beyond_max=beyond, unanswered_books=len(sides) + len(held_sides) - len(found)
        ),
        contradicted=len(found) - len(shown) - len(held_books),
    )


def _sides(markets: Iterable[MarketTokens]) -> Sides:
    """Both outcomes of the markets that have tokens, in the order of the markets."""
    sides: Sides = {}
    for market in markets:
        if market.yes_token_id is not None and market.no_token_id is not None:
            sides[market.yes_token_id] = (market.market_id, Outcome.YES)
            sides[market.no_token_id] = (market.market_id, Outcome.NO)
    return sides


def _bounded(sides: Sides, max_books: int) -> tuple[Sides, int]:
    """The first sides, whole markets alone, and how many were left out."""
    kept = dict(list(sides.items())[: max_books - max_books % 2])
    return kept, len(sides) - len(kept)


def _believed(
    found: Mapping[str, OrderBook], sides: Sides, quotes: Mapping[MarketId, Quote | None]
) -> dict[Side, OrderBook]:
    return believed({sides[token]: found[token] for token in sides if token in found}, quotes)
