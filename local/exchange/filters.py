"""The filters of Gamma's listings. Their names differ between events and markets.

A name that a listing does not know is ignored, as Gamma does, and the listing comes unfiltered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from local.exchange.venue import Row
from local.exchange.web import Query, Refused

Test = Callable[[Row, Row], bool]  # of a row and its event, which for an event is the row itself

_INVALID = 422
_MOST_CONDITIONS = 100
_AMOUNTS = {
    "events": {"liquidity": "liquidity", "volume": "volume"},
    "markets": {"liquidityNum": "liquidity_num", "volumeNum": "volume_num"},
}
_DATES = {
    "events": {"startDate": "start_date", "endDate": "end_date"},
    "markets": {"endDate": "end_date"},
}
_VALUES = {
    "events": {"id": "id", "slug": "slug"},
    "markets": {
        "id": "id",
        "slug": "slug",
        "condition_ids": "conditionId",
        "uma_resolution_status": "umaResolutionStatus",
    },
}
_TAGS = {"events": {"tag_id": "id", "tag_slug": "slug"}, "markets": {"tag_id": "id"}}


def row_filter(kind: str, query: Query) -> Test:
    """Return the test for rows of this listing (`events` or `markets`). Raises Refused."""
    tests = list(_tests(kind, query))
    return lambda row, event: all(test(row, event) for test in tests)


def _tests(kind: str, query: Query) -> Iterator[Test]:
    yield _on_closed(query)
    yield from _on_identity(kind, query)
    yield from (_tagged(key, query[name]) for name, key in _TAGS[kind].items() if name in query)
    for key, name in _AMOUNTS[kind].items():
        yield from _between(key, name, query, _amount, _amount_of)
    for key, name in _DATES[kind].items():
        yield from _between(key, name, query, _moment, _moment_of)


def _on_identity(kind: str, query: Query) -> Iterator[Test]:
    if len(query.get("condition_ids", ())) > _MOST_CONDITIONS:
        raise Refused(_INVALID, f"condition_ids: at most {_MOST_CONDITIONS}")
    yield from (_one_of(key, query[name]) for name, key in _VALUES[kind].items() if name in query)
    if kind == "markets" and "clob_token_ids" in query:
        yield _with_token(query["clob_token_ids"])


def _on_closed(query: Query) -> Test:
    """Test `closed`; without it, closed rows are left out."""
    wanted = query.get("closed", ["false"])[0] == "true"
    return lambda row, _: bool(row.get("closed", False)) is wanted


def _one_of(key: str, wanted: Sequence[str]) -> Test:
    values = frozenset(wanted)
    return lambda row, _: row.get(key) in values


def _tagged(key: str, wanted: Sequence[str]) -> Test:
    values = frozenset(wanted)
    return lambda _, event: any(tag.get(key) in values for tag in event.get("tags") or ())


def _with_token(wanted: Sequence[str]) -> Test:
    values = frozenset(wanted)
    return lambda row, _: not values.isdisjoint(json.loads(row.get("clobTokenIds") or "[]"))


def _between(
    key: str,
    name: str,
    query: Query,
    read: Callable[[str, str], float],
    value_of: Callable[[Row, str], float | None],
) -> Iterator[Test]:
    """Yield the test of one value's `_min` and `_max`; a row without the value fails it."""
    least = read(query[f"{name}_min"][0], f"{name}_min") if f"{name}_min" in query else None
    most = read(query[f"{name}_max"][0], f"{name}_max") if f"{name}_max" in query else None

    def within(row: Row, _: Row) -> bool:
        value = value_of(row, key)
        if value is None:
            return False
        return (least is None or value >= least) and (most is None or value <= most)

    if least is not None or most is not None:
        yield within


def _amount(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Refused(_INVALID, f"{name} is not a number") from None


def _amount_of(row: Row, key: str) -> float:
    return float(row.get(key) or 0)


def _moment(text: str, name: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(_INVALID, f"{name} is not a date") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _moment_of(row: Row, key: str) -> float | None:
    return _moment(row[key], key) if key in row else None
