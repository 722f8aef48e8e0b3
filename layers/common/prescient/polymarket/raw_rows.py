"""Rows of the listing that are still JSON: of most of their bytes nothing is ever read.

What a row says in words is ten times as long as what is read of it, and is stored as it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NotRequired, TypedDict

import msgspec

from prescient.core.market.listed import Event, Payload
from prescient.polymarket import decimal_json
from prescient.polymarket.skip_reasons import RowSkipped, SkipReason

Row = Mapping[str, object]


def decode_page(body: bytes) -> object:
    """Return the value of a page as `decimal_json.decode` does, but each value of an event as JSON.

    A page that holds anything but events is decoded whole. Raises `NotJson`.
    """
    try:
        if not body.isascii():
            body.decode()  # the decoder does not look into what it passes over
        return _PAGE.decode(body)
    except (ValueError, RecursionError):
        return decimal_json.decode(body)


def opened_event(row: object) -> tuple[Row, Payload]:
    """Return an event's values, those of `markets` still JSON, and its payload without markets.

    Raises `RowSkipped` for what is no event.
    """
    if not isinstance(row, Mapping):
        raise RowSkipped(SkipReason.EVENT_MALFORMED)
    rest = {key: value for key, value in row.items() if key != "markets"}
    if not isinstance(row.get("id"), msgspec.Raw):
        return row, rest
    payload = msgspec.json.encode(rest)
    fields = {**_fields(_EVENT, payload), "markets": _list_of_json(row.get("markets"))}
    return fields, payload


def opened_market(row: object) -> tuple[Row, Payload]:
    """Return the values of a market's row that are read, and its payload.

    Raises `RowSkipped` for what is no market.
    """
    if isinstance(row, msgspec.Raw):
        return _fields(_MARKET, row), row
    if not isinstance(row, Mapping):
        raise RowSkipped(SkipReason.MALFORMED)
    return row, row


def with_decoded_payloads(event: Event) -> Event:
    """Return the event with payloads that Postgres stores, whatever JSON they were.

    It refuses NUL, halves of surrogate pairs, and numbers of more digits than any amount has.
    """
    markets = (replace(market, payload=_decoded(market.payload)) for market in event.markets)
    return replace(event, payload=_decoded(event.payload), markets=tuple(markets))


def _fields(decoder: msgspec.json.Decoder[Row], document: bytes) -> Row:
    """Decode the fields that `decoder` knows; raises `RowSkipped` for what is no object."""
    try:
        return decoder.decode(document)
    except (ValueError, RecursionError):
        fields = decimal_json.decode(bytes(document))
    if not isinstance(fields, Mapping):
        raise RowSkipped(SkipReason.MALFORMED)
    return fields


def _decoded(payload: Payload) -> Payload:
    if isinstance(payload, Mapping):
        return payload
    decoded = decimal_json.decode(bytes(payload))
    return decoded if isinstance(decoded, Mapping) else {}


def _list_of_json(value: object) -> object:
    """Return the items of a list, each still JSON; all else is decoded."""
    if not isinstance(value, msgspec.Raw):
        return value
    try:
        return _LIST.decode(value)
    except ValueError:
        return decimal_json.decode(bytes(value))


class _EventFields(TypedDict, total=False):
    """What `parsing` reads of an event's row beside its markets."""

    id: Any
    title: Any
    slug: Any
    tags: Any
    active: Any
    closed: Any
    liquidity: Any
    volume: Any
    volume24hr: Any
    startDate: Any
    endDate: Any
    negRisk: Any
    negRiskAugmented: Any


class _MarketFields(TypedDict, total=False):
    """What `parsing` and `prices` read of a market's row."""

    id: Any
    question: Any
    outcomes: Any
    conditionId: Any
    clobTokenIds: Any
    active: Any
    closed: Any
    acceptingOrders: Any
    negRisk: Any
    outcomePrices: Any
    bestBid: Any
    bestAsk: Any
    feesEnabled: Any
    feeSchedule: Any
    liquidityNum: Any
    liquidity: Any
    volumeNum: Any
    volume: Any
    volume24hr: Any
    oneDayPriceChange: Any
    orderPriceMinTickSize: Any
    umaResolutionStatus: Any
    umaResolutionStatuses: Any
    endDate: Any
    endDateIso: Any
    events: Any


class _PageFields(TypedDict):
    events: list[dict[str, msgspec.Raw]]
    next_cursor: NotRequired[Any]


_PAGE = msgspec.json.Decoder(_PageFields)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_EVENT: msgspec.json.Decoder[Row] = msgspec.json.Decoder(
    _EventFields, float_hook=decimal_json.fraction
)
_MARKET: msgspec.json.Decoder[Row] = msgspec.json.Decoder(
    _MarketFields, float_hook=decimal_json.fraction
)
