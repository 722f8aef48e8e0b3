"""Rows of the listing, read in one pass over its JSON: of most of their bytes nothing is ever read.

What a row says in words is ten times as long as what is read of it. It is stored as it came, and
only looked for where it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, NamedTuple, TypedDict, TypeVar

import msgspec

from prescient.core.market.listed import Event, Payload
from prescient.polymarket import decimal_json
from prescient.polymarket.fields import json_list
from prescient.polymarket.skip_reasons import RowSkipped, SkipReason


class MarketRow(msgspec.Struct, rename="camel", gc=False):
    """What is read of a market's row, each value as it came; one that is absent is None."""

    id: Any = None
    question: Any = None
    outcomes: Any = None
    condition_id: Any = None
    clob_token_ids: Any = None
    active: Any = True
    closed: Any = None
    accepting_orders: Any = None
    neg_risk: Any = None
    outcome_prices: Any = None
    best_bid: Any = None
    best_ask: Any = None
    fees_enabled: Any = None
    fee_schedule: Any = None
    liquidity_num: Any = None
    liquidity: Any = None
    volume_num: Any = None
    volume: Any = None
    volume24hr: Any = None
    one_day_price_change: Any = None
    order_price_min_tick_size: Any = None
    uma_resolution_status: Any = None
    uma_resolution_statuses: Any = None
    end_date: Any = None
    end_date_iso: Any = None
    events: Any = None


class EventRow(msgspec.Struct, rename="camel", gc=False):
    """What is read of an event's row, each value as it came; one that is absent is None."""

    id: Any = None
    title: Any = None
    slug: Any = None
    tags: Any = None
    active: Any = True
    closed: Any = None
    liquidity: Any = None
    volume: Any = None
    volume24hr: Any = None
    start_date: Any = None
    end_date: Any = None
    neg_risk: Any = None
    neg_risk_augmented: Any = None


class OpenedMarket(NamedTuple):
    """What is read of a market's row, and the row."""

    row: MarketRow
    payload: Payload


class OpenedEvent(NamedTuple):
    """What is read of an event's row, its markets' rows, and the row without them."""

    row: EventRow
    markets: Sequence[object]
    payload: Payload


def decode_page(body: bytes) -> object:
    """Return the value of a page as `decimal_json.decode` does, but each of its events opened.

    A page that holds anything but events with markets is decoded whole. Raises `NotJson`.
    """
    try:
        if not body.isascii():
            body.decode()  # the decoder does not look into what it passes over
        page = _PAGE.decode(body)
    except (ValueError, RecursionError):
        return decimal_json.decode(body)
    rows = _PageRows(body)
    events = [rows.opened(place, event) for place, event in enumerate(page.events)]
    return {"events": events, "next_cursor": page.next_cursor}


def opened_event(row: object) -> OpenedEvent:
    """Open an event's row. Raises `RowSkipped` for what is no event."""
    if isinstance(row, OpenedEvent):
        return row
    if not isinstance(row, Mapping):
        raise RowSkipped(SkipReason.EVENT_MALFORMED)
    rest = {key: value for key, value in row.items() if key != "markets"}
    return OpenedEvent(_read(EventRow, row), json_list(row.get("markets")) or [], rest)


def opened_market(row: object) -> OpenedMarket:
    """Open a market's row. Raises `RowSkipped` for what is no market."""
    if isinstance(row, OpenedMarket):
        return row
    if not isinstance(row, Mapping):
        raise RowSkipped(SkipReason.MALFORMED)
    return OpenedMarket(_read(MarketRow, row), row)


def with_decoded_payloads(event: Event) -> Event:
    """Return the event with payloads that Postgres stores, whatever JSON they were.

    It refuses NUL, halves of surrogate pairs, and numbers of more digits than any amount has.
    """
    markets = (replace(market, payload=_decoded(market.payload)) for market in event.markets)
    return replace(event, payload=_decoded(event.payload), markets=tuple(markets))


Read = TypeVar("Read", bound=msgspec.Struct)


def _read(kind: type[Read], row: Mapping[str, object]) -> Read:
    names = zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True)
    return kind(**{name: row[key] for name, key in names if key in row})


def _decoded(payload: Payload) -> Payload:
    if isinstance(payload, Mapping):
        return payload
    decoded = decimal_json.decode(bytes(payload()))
    return decoded if isinstance(decoded, Mapping) else {}


class _ListedEvent(EventRow, rename="camel", gc=False):
    markets: list[MarketRow] = []


class _Page(msgspec.Struct):
    events: list[_ListedEvent]
    next_cursor: Any = None


class _PageOfJson(TypedDict):
    events: list[dict[str, msgspec.Raw]]


class _PageRows:
    """The rows of a page, in JSON; a second pass over it finds them when one is first asked for."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._markets: dict[int, list[msgspec.Raw]] = {}

    def opened(self, place: int, event: _ListedEvent) -> OpenedEvent:
        """Return the event that is in this place of the page, opened like its markets."""
        markets = [
            OpenedMarket(market, partial(self._market, place, number))
            for number, market in enumerate(event.markets)
        ]
        return OpenedEvent(event, markets, partial(self._event, place))

    @cached_property
    def _events(self) -> list[dict[str, msgspec.Raw]]:
        return _PAGE_OF_JSON.decode(self._body)["events"]

    def _event(self, place: int) -> bytes:
        row = self._events[place]
        return msgspec.json.encode({key: row[key] for key in row if key != "markets"})

    def _market(self, place: int, number: int) -> bytes:
        if place not in self._markets:
            self._markets[place] = _LIST_OF_JSON.decode(self._events[place]["markets"])
        return self._markets[place][number]


_PAGE = msgspec.json.Decoder(_Page, float_hook=decimal_json.fraction)
_PAGE_OF_JSON = msgspec.json.Decoder(_PageOfJson)
_LIST_OF_JSON = msgspec.json.Decoder(list[msgspec.Raw])
