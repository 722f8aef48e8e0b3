"""Gamma's read routes: listings by cursor or offset, one row by id."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from local.exchange.filters import row_filter
from local.exchange.venue import Row, Venue
from local.exchange.web import Answer, Query, Refused, whole_number

_LARGEST_OFFSET = 2_000
_LEGACY_LIMIT = 100
_DEFAULT_LIMIT = 20
_KEYSET_LIMITS = {"events": 500, "markets": 100}
_INVALID = 422


@dataclass(frozen=True, slots=True)
class _Listed:
    """A row of a listing; a market comes with its event."""

    row: Row
    event: Row | None = None

    def written(self) -> Row:
        if self.event is None:
            return self.row
        named = {key: value for key, value in self.event.items() if key != "markets"}
        return {**self.row, "events": [named]}


def route(venue: Venue, path: str, query: Query) -> Answer | None:
    """Answer a GET; None when this is no route of Gamma."""
    kind, _, rest = path.strip("/").partition("/")
    if kind not in _KEYSET_LIMITS:
        return None
    try:
        if rest == "keyset":
            return Answer(200, _keyset(venue, kind, query))
        if rest:
            return _by_id(venue, kind, rest)
        return Answer(200, _legacy(venue, kind, query))
    except Refused as refusal:
        return Answer(refusal.status, {"type": "validation error", "error": str(refusal)})


def _keyset(venue: Venue, kind: str, query: Query) -> dict[str, Any]:
    """Return a page; its cursor is read from `after_cursor` only."""
    if "offset" in query:
        raise Refused(_INVALID, "offset is not supported, use after_cursor")
    bounds = (1, _KEYSET_LIMITS[kind])
    limit = whole_number(query, "limit", _DEFAULT_LIMIT, within=bounds, status=_INVALID)
    start = _place(query.get("after_cursor", [""])[0])
    rows = _listing(venue, kind, query)
    page: dict[str, Any] = {kind: [listed.written() for listed in rows[start : start + limit]]}
    if start + limit < len(rows):
        page["next_cursor"] = base64.urlsafe_b64encode(f"{start + limit}".encode()).decode()
    return page


def _legacy(venue: Venue, kind: str, query: Query) -> list[Row]:
    """Return a bare array; a limit above the largest counts as the largest."""
    offset = whole_number(query, "offset", 0, within=(0, None), status=_INVALID)
    if offset > _LARGEST_OFFSET:
        raise Refused(_INVALID, f"offset too large, the largest is {_LARGEST_OFFSET}")
    asked = whole_number(query, "limit", _DEFAULT_LIMIT, within=(0, None), status=_INVALID)
    rows = _listing(venue, kind, query)[offset : offset + min(asked, _LEGACY_LIMIT)]
    return [listed.written() for listed in rows]


def _by_id(venue: Venue, kind: str, identity: str) -> Answer:
    found = next((listed for listed in _rows(venue, kind) if listed.row["id"] == identity), None)
    if found is None:
        return Answer(404, {"type": "not found error", "error": "id not found"})
    return Answer(200, found.written())


def _rows(venue: Venue, kind: str) -> list[_Listed]:
    if kind == "events":
        return [_Listed(event) for event in venue.events()]
    return [_Listed(market, event) for event in venue.events() for market in event["markets"]]


def _listing(venue: Venue, kind: str, query: Query) -> Sequence[_Listed]:
    """Return the rows that the query asks for, in its order; numbers in texts sort as texts."""
    is_wanted = row_filter(kind, query)
    rows = [
        listed for listed in _rows(venue, kind) if is_wanted(listed.row, listed.event or listed.row)
    ]
    key = query.get("order", [""])[0]
    if key:
        descending = query.get("ascending", ["true"])[0] != "true"
        rows.sort(key=lambda listed: _sortable(listed.row.get(key)), reverse=descending)
    return rows


def _sortable(value: object) -> tuple[int, float, str]:
    if isinstance(value, int | float):
        return (1, float(value), "")
    return (0, 0.0, "") if value is None else (2, 0.0, str(value))


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError):
        raise Refused(_INVALID, "invalid cursor") from None
