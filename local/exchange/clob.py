"""The CLOB's read routes: its clock, books, prices, histories, and how markets ended.

Prices are the books' own: BUY answers the best bid, SELL the best ask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from local.exchange.histories import history
from local.exchange.market_details import market_details
from local.exchange.venue import Row, Venue
from local.exchange.web import Answer, Query, Refused

_MOST_ENTRIES = 500
_SIDES = {"BUY": "bids", "SELL": "asks"}
_NO_BOOK = "No orderbook exists for the requested token id"
_MARKETS = "/markets/0x"  # Gamma's ids are numbers


def get(venue: Venue, path: str, query: Query) -> Answer | None:
    """The answer to a GET, None when this is no route of the CLOB's."""
    try:
        if path.startswith(_MARKETS):
            return Answer(200, market_details(venue, path.removeprefix("/markets/")))
        return Answer(200, _GET[path](venue, query)) if path in _GET else None
    except Refused as refusal:
        return Answer(refusal.status, {"error": str(refusal)})


def post(venue: Venue, path: str, body: Any) -> Answer | None:
    """The answer to a POST, None when this is no route of the CLOB's."""
    if path not in _POST:
        return None
    try:
        return Answer(200, _POST[path](venue, _entries(body)))
    except Refused as refusal:
        return Answer(refusal.status, {"error": str(refusal)})


def _time(venue: Venue, _: Query) -> int:
    return int(venue.now().timestamp())


def _midpoint(venue: Venue, query: Query) -> dict[str, str]:
    return {"mid": _known(_middle(_asked_book(venue, query)))}


def _price(venue: Venue, query: Query) -> dict[str, str]:
    side = _side(query.get("side", [""])[0])
    return {"price": _known(_best(_asked_book(venue, query), side))}


def _history(venue: Venue, query: Query) -> dict[str, Any]:
    return {"history": history(venue, query)}


def _books(venue: Venue, entries: Sequence[Row]) -> list[Row]:
    """Not in the order that was asked; a token without a book is left out silently."""
    found = _found(venue, entries)
    return [found[token_id] for token_id in sorted(found)]


def _midpoints(venue: Venue, entries: Sequence[Row]) -> dict[str, str]:
    middles = {token_id: _middle(book) for token_id, book in _found(venue, entries).items()}
    return {token_id: middle for token_id, middle in middles.items() if middle is not None}


def _prices(venue: Venue, entries: Sequence[Row]) -> dict[str, dict[str, str | float]]:
    """Texts for some tokens, numbers for others. An empty side has no price."""
    sides = [(entry["token_id"], _side(str(entry.get("side")))) for entry in entries]
    found = _found(venue, entries)
    answer: dict[str, dict[str, str | float]] = {}
    for token_id, side in sides:
        price = _best(found[token_id], side) if token_id in found else None
        if price is not None:
            is_number = int(token_id[-1]) % 2 == 1
            answer.setdefault(token_id, {})[side] = float(price) if is_number else price
    return answer


def _found(venue: Venue, entries: Sequence[Row]) -> Mapping[str, Row]:
    return venue.books([entry["token_id"] for entry in entries])


def _entries(body: Any) -> Sequence[Row]:
    """What a batch asks for: objects with a `token_id`."""
    if not isinstance(body, list) or not all(map(_is_entry, body)):
        raise Refused(400, "Invalid payload")
    if len(body) > _MOST_ENTRIES:
        raise Refused(400, "Payload exceeds the limit")
    return body


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, Mapping) and isinstance(entry.get("token_id"), str)


def _asked_book(venue: Venue, query: Query) -> Row:
    token_id = query.get("token_id", [""])[0]
    if not token_id:
        raise Refused(400, "Invalid token id")
    book = venue.books([token_id]).get(token_id)
    if book is None:
        raise Refused(404, _NO_BOOK)
    return book


def _side(side: str) -> str:
    if side.upper() not in _SIDES:
        raise Refused(400, "Invalid side")
    return side.upper()


def _best(book: Row, side: str) -> str | None:
    levels = book[_SIDES[side]]
    return levels[-1]["price"] if levels else None


def _middle(book: Row) -> str | None:
    """An empty side counts as 0 or 1; an empty book has no middle."""
    bid, ask = _best(book, "BUY"), _best(book, "SELL")
    if bid is None and ask is None:
        return None
    return f"{(Decimal(bid or 0) + Decimal(ask or 1)) / 2}"


def _known(price: str | None) -> str:
    if price is None:
        raise Refused(404, _NO_BOOK)
    return price


_GET: dict[str, Callable[[Venue, Query], object]] = {
    "/time": _time,
    "/book": _asked_book,
    "/midpoint": _midpoint,
    "/price": _price,
    "/prices-history": _history,
}
_POST: dict[str, Callable[[Venue, Sequence[Row]], object]] = {
    "/books": _books,
    "/midpoints": _midpoints,
    "/prices": _prices,
}
