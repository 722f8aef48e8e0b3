"""Gamma's read routes: listings by cursor or offset, filters, one row by id."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

from local.exchange.venue import Row, Venue
from local.exchange.web import Answer, Query

_LARGEST_OFFSET = 2_000
_LEGACY_LIMIT = 100
_KEYSET_LIMITS = {"events": 500, "markets": 100}
_BOUNDS = {
    "events": {
        "liquidity": ("liquidity_min", "liquidity_max"),
        "volume": ("volume_min", "volume_max"),
    },
    "markets": {
        "liquidityNum": ("liquidity_num_min", "liquidity_num_max"),
        "volumeNum": ("volume_num_min", "volume_num_max"),
    },
}
_IDENTITIES = {"id": "id", "slug": "slug", "condition_ids": "conditionId"}


class Invalid(Exception):
    """A query that Gamma answers with 422; the message is its `error`."""


def route(venue: Venue, path: str, query: Query) -> Answer | None:
    """The answer to a GET, None when this is no route of Gamma's."""
    kind, _, rest = path.strip("/").partition("/")
    if kind not in _KEYSET_LIMITS:
        return None
    try:
        if rest == "keyset":
            return Answer(200, _keyset(venue, kind, query))
        if rest:
            return _one(venue, kind, rest)
        return Answer(200, _legacy(venue, kind, query))
    except Invalid as refusal:
        return Answer(422, {"type": "validation error", "error": str(refusal)})


def _keyset(venue: Venue, kind: str, query: Query) -> dict[str, Any]:
    if "offset" in query:
        raise Invalid("offset is not supported, use after_cursor")
    limit = _whole_number(query, "limit", 20)
    if not 1 <= limit <= _KEYSET_LIMITS[kind]:
        raise Invalid(f"limit must be between 1 and {_KEYSET_LIMITS[kind]}")
    start = _place(query.get("after_cursor", [""])[0])
    rows = _listing(venue, kind, query)
    page: dict[str, Any] = {kind: rows[start : start + limit]}
    if start + limit < len(rows):
        page["next_cursor"] = base64.urlsafe_b64encode(f"{start + limit}".encode()).decode()
    return page


def _legacy(venue: Venue, kind: str, query: Query) -> Sequence[Row]:
    offset = _whole_number(query, "offset", 0)
    if offset > _LARGEST_OFFSET:
        raise Invalid(f"offset too large, the largest is {_LARGEST_OFFSET}")
    limit = min(_whole_number(query, "limit", 20), _LEGACY_LIMIT)
    return _listing(venue, kind, query)[offset : offset + limit]


def _one(venue: Venue, kind: str, identity: str) -> Answer:
    found = next((row for row in _rows(venue, kind) if row["id"] == identity), None)
    if found is None:
        return Answer(404, {"type": "not found error", "error": "id not found"})
    return Answer(200, found)


def _rows(venue: Venue, kind: str) -> Sequence[Row]:
    if kind == "events":
        return venue.events()
    return [
        {**market, "events": [{key: event[key] for key in event if key != "markets"}]}
        for event in venue.events()
        for market in event["markets"]
    ]


def _listing(venue: Venue, kind: str, query: Query) -> Sequence[Row]:
    """The rows that the query admits, in its order. Unknown names are ignored, as by Gamma."""
    tests = [_on_closed(query), *_on_identity(query), *_on_bounds(kind, query)]
    rows = [row for row in _rows(venue, kind) if all(admits(row) for admits in tests)]
    key = query.get("order", [""])[0]
    if key:
        descending = query.get("ascending", ["true"])[0] != "true"
        rows.sort(key=lambda row: _number(row, key), reverse=descending)
    return rows


def _on_closed(query: Query) -> Callable[[Row], bool]:
    """Without `closed`, closed rows are left out."""
    wanted = query.get("closed", ["false"])[0] == "true"
    return lambda row: bool(row.get("closed", False)) is wanted


def _on_identity(query: Query) -> list[Callable[[Row], bool]]:
    def one_of(key: str, wanted: frozenset[str]) -> Callable[[Row], bool]:
        return lambda row: row.get(key) in wanted

    return [
        one_of(key, frozenset(query[name])) for name, key in _IDENTITIES.items() if name in query
    ]


def _on_bounds(kind: str, query: Query) -> list[Callable[[Row], bool]]:
    def within(key: str, least: float, most: float) -> Callable[[Row], bool]:
        return lambda row: least <= _number(row, key) <= most

    return [
        within(key, _bound(query, least, "-inf"), _bound(query, most, "inf"))
        for key, (least, most) in _BOUNDS[kind].items()
    ]


def _number(row: Row, key: str) -> float:
    return float(row.get(key) or 0)


def _bound(query: Query, name: str, default: str) -> float:
    try:
        return float(query.get(name, [default])[0])
    except ValueError:
        raise Invalid(f"{name} is not a number") from None


def _whole_number(query: Query, name: str, default: int) -> int:
    try:
        return int(query.get(name, [str(default)])[0])
    except ValueError:
        raise Invalid(f"{name} is not a whole number") from None


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError):
        raise Invalid("invalid cursor") from None
