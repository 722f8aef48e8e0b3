"""The events and markets of a recorded answer, whatever they are wrapped in, and their count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.exchange.venue import Row

WRAPPERS = ("events", "markets", "data", "body")
_OF_MARKETS = ("question", "conditionId", "condition_id", "outcomes")


@dataclass(frozen=True, slots=True)
class Count:
    """What became of rows; each market inside an event, and each order book, is a row of its own.

    Merged is a row whose id the same file already had: the first one stays, and gets the others'
    markets. Left out is what is no such row, or has no id. `read` counts those merged as well.
    """

    read: int = 0
    merged: int = 0
    left_out: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.read + other.read, self.merged + other.merged, self.left_out + other.left_out
        )

    def __str__(self) -> str:
        return f"{self.read} rows read, {self.merged} merged, {self.left_out} left out"


def read_events(content: object) -> tuple[list[Row], Count]:
    """Return the events of a file's JSON with their markets, in their order.

    The content is an event, a market, a list, or an object with one under a name of `WRAPPERS`, as
    deep as may be. A market that stands apart is put under the event that it names, or under one
    made for it.
    """
    events = _Events()
    for row in unwrapped(content):
        if isinstance(row, Mapping):
            events.add(row)
        else:
            events.left_out += 1
    return list(events.by_id.values()), events.count()


def unwrapped(content: Any) -> Iterator[Any]:
    """Yield what may be rows: the objects that wrap nothing, and what is no object."""
    if isinstance(content, list):
        for item in content:
            yield from unwrapped(item)
    elif isinstance(content, Mapping) and not (_is_event(content) or _is_market(content)):
        wrapped = [content[key] for key in WRAPPERS if key in content]
        for item in wrapped:
            yield from unwrapped(item)
        if not wrapped:
            yield content
    else:
        yield content


def _is_event(row: Row) -> bool:
    named = "id" in row or "title" in row
    return named and isinstance(row.get("markets"), list) and not _is_market(row)


def _is_market(row: Row) -> bool:
    return any(key in row for key in _OF_MARKETS)


class _Events:
    """Events by id, as their rows are added, and how many rows were read."""

    def __init__(self) -> None:
        self.by_id: dict[str, dict[str, Any]] = {}
        self.left_out = 0
        self._read = 0
        self._merged = 0
        self._market_ids: set[str] = set()

    def add(self, row: Row) -> None:
        """Add an event or a market; count what is neither, or cannot be told from others."""
        if _is_event(row) and _has_id(row):
            self._add_event(row)
        elif _is_market(row) and _has_id(row):
            self._add_apart(row)
        else:
            markets = row.get("markets")
            self.left_out += 1 + (len(markets) if isinstance(markets, list) else 0)

    def count(self) -> Count:
        return Count(self._read, self._merged, self.left_out)

    def _add_event(self, row: Row) -> None:
        self._read += 1
        self._merged += row["id"] in self.by_id
        self.by_id.setdefault(row["id"], {**row, "markets": []})
        self._add_markets(row["id"], row["markets"])

    def _add_apart(self, row: Row) -> None:
        """Add a market under the event that it names, else under one of its own."""
        market = {key: value for key, value in row.items() if key != "events"}
        event = _named_event(row) or _own_event(row)
        self.by_id.setdefault(event["id"], {**event, "markets": []})
        self._add_markets(event["id"], [market])

    def _add_markets(self, event_id: str, markets: Iterable[object]) -> None:
        for market in markets:
            if not isinstance(market, Mapping) or not _has_id(market):
                self.left_out += 1
                continue
            self._read += 1
            if market["id"] in self._market_ids:
                self._merged += 1
            else:
                self._market_ids.add(market["id"])
                self.by_id[event_id]["markets"].append(market)


def _has_id(row: Row) -> bool:
    return isinstance(row.get("id"), str | int)


def _named_event(market: Row) -> Row | None:
    """Return the first event that a market names, None where it names none that can be used."""
    match market.get("events"):
        case [Mapping() as event, *_] if _has_id(event):
            return event
    return None


def _own_event(market: Row) -> Row:
    shared = ("slug", "startDate", "endDate", "active", "closed", "archived", "negRisk")
    event = {key: market[key] for key in shared if key in market}
    totals = {"liquidity": "liquidityNum", "volume": "volumeNum", "volume24hr": "volume24hr"}
    event |= {key: market[source] for key, source in totals.items() if source in market}
    return {"id": f"of-market-{market['id']}", "title": market.get("question", ""), **event}
