"""The CLOB's read routes that the adapter calls: clock, books, price histories, resolutions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local.exchange.histories import history
from local.exchange.market_details import market_details
from local.exchange.venue import Row, Venue
from local.exchange.web import Answer, Query, Refused

_MOST_ENTRIES = 500
_MARKETS = "/markets/0x"  # Gamma's ids are numbers


def get(venue: Venue, path: str, query: Query) -> Answer | None:
    """Answer a GET; None when this is no route of the CLOB."""
    try:
        if path.startswith(_MARKETS):
            return Answer(200, market_details(venue, path.removeprefix("/markets/")))
        return Answer(200, _GET[path](venue, query)) if path in _GET else None
    except Refused as refusal:
        return Answer(refusal.status, {"error": str(refusal)})


def post(venue: Venue, path: str, body: Any) -> Answer | None:
    """Answer a POST; None when this is no route of the CLOB."""
    if path not in _POST:
        return None
    try:
        return Answer(200, _POST[path](venue, _entries(body)))
    except Refused as refusal:
        return Answer(refusal.status, {"error": str(refusal)})


def _time(venue: Venue, _: Query) -> int:
    return int(venue.now().timestamp())


def _history(venue: Venue, query: Query) -> dict[str, Any]:
    return {"history": history(venue, query)}


def _books(venue: Venue, entries: Sequence[Row]) -> list[Row]:
    """Return books in another order than asked; a token without a book is left out silently."""
    books = venue.books([entry["token_id"] for entry in entries])
    return [books[token_id] for token_id in sorted(books)]


def _entries(body: Any) -> Sequence[Row]:
    """Check the body of a batch: objects with a `token_id`. Raises Refused."""
    if not isinstance(body, list) or not all(map(_is_entry, body)):
        raise Refused(400, "Invalid payload")
    if len(body) > _MOST_ENTRIES:
        raise Refused(400, "Payload exceeds the limit")
    return body


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, Mapping) and isinstance(entry.get("token_id"), str)


_GET: dict[str, Callable[[Venue, Query], object]] = {"/time": _time, "/prices-history": _history}
_POST: dict[str, Callable[[Venue, Sequence[Row]], object]] = {"/books": _books}
