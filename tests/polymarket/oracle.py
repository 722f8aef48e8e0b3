"""What we and Polymarket's own client make of one recorded row, and where the two differ.

The client is imported when it is first asked: that takes a second, and most tests never ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from prescient.core.market.markets import EventId
from prescient.polymarket.clob_rows import (
    ResolutionDetails,
    parse_books,
    parse_history,
    parse_resolution,
)
from prescient.polymarket.parsing import parse_event, parse_market
from prescient.polymarket.skip_reasons import RowSkipped, SkipReason

Row = Mapping[str, object]
ROW = "the row"  # the field of a difference that concerns a whole row
READ = "read"


class Kind(StrEnum):
    """What a recorded row is."""

    EVENT = "event"
    MARKET = "market"
    BOOK = "book"
    PRICE_POINT = "price point"
    RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True)
class RecordedRow:
    """One row, decoded as we decode it and, for the client, as its own transport does.

    `event_id` is that of the event which lists the row, if one does.
    """

    kind: Kind
    row: Row
    as_floats: Row
    event_id: EventId | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """`ours` and `theirs` are what both read in `field` of a `row`."""

    kind: Kind
    row: Row = field(repr=False)
    field: str
    ours: object
    theirs: object


def skip_reason(recorded: RecordedRow) -> str | None:
    """Why we leave the row out; None if we read it."""
    outcome = _ours(recorded)
    return outcome.value if isinstance(outcome, SkipReason) else None


def differences(recorded: RecordedRow) -> Iterator[Difference]:
    """Each field in which the two readings are not equal."""
    ours, theirs = _ours(recorded), _theirs(recorded)
    if isinstance(ours, SkipReason) or isinstance(theirs, Exception):
        said = READ if not isinstance(ours, SkipReason) else ours.value
        answered = READ if not isinstance(theirs, Exception) else str(theirs.__cause__ or theirs)
        if said != answered:
            yield Difference(recorded.kind, recorded.row, ROW, said, answered)
        return
    for name, their_name in FIELDS[recorded.kind].items():
        mine, other = _at(ours, name), _at(theirs, their_name)
        if mine != other:
            yield Difference(recorded.kind, recorded.row, name, mine, other)


def _ours(recorded: RecordedRow) -> object:
    try:
        return _OUR_READING[recorded.kind](recorded)
    except RowSkipped as skip:
        return skip.reason


def _theirs(recorded: RecordedRow) -> object:
    from polymarket.errors import UnexpectedResponseError

    try:
        return _THEIR_READING[recorded.kind](recorded.as_floats)
    except UnexpectedResponseError as error:
        return error


def _our_book(recorded: RecordedRow) -> object:
    books, skipped = parse_books([recorded.row], [str(recorded.row["asset_id"])])
    for reason in skipped:
        raise RowSkipped(SkipReason(reason))
    return next(iter(books.values()))


def _our_point(recorded: RecordedRow) -> object:
    points, skipped = parse_history([recorded.row])
    for reason in skipped:
        raise RowSkipped(SkipReason(reason))
    return points[0]


def _their_event(row: Row) -> object:
    from polymarket.models.gamma.event import Event

    return Event.parse_response(row)


def _their_market(row: Row) -> object:
    from polymarket.models.gamma.market import Market

    return Market.parse_response(row)


def _their_book(row: Row) -> object:
    from polymarket.models.clob.order_book import OrderBook

    return OrderBook.parse_response(row)


def _their_point(row: Row) -> object:
    """The client knows points of another host only, which has longer names for the same two."""
    from polymarket.models.data.analytics import PriceHistoryPoint

    renamed = {"timestamp": row["t"], "price": row["p"], "resolution_seconds": 3600}
    return PriceHistoryPoint.parse_response(renamed)


def _their_resolution(row: Row) -> ResolutionDetails:
    """The client has this row as the payload of a notification."""
    from polymarket.models.clob.notifications import MarketNotificationPayload

    market = MarketNotificationPayload.parse_response(row)
    winners = [token.asset_id for token in market.tokens if token.winner]
    return ResolutionDetails(winners[0] if winners else None, bool(market.is_50_50_outcome))


_OUR_READING: Mapping[Kind, Callable[[RecordedRow], object]] = {
    Kind.EVENT: lambda recorded: parse_event(recorded.row).event,
    Kind.MARKET: lambda recorded: parse_market(recorded.row, recorded.event_id),
    Kind.BOOK: _our_book,
    Kind.PRICE_POINT: _our_point,
    Kind.RESOLUTION: lambda recorded: parse_resolution(recorded.row),
}
_THEIR_READING: Mapping[Kind, Callable[[Row], object]] = {
    Kind.EVENT: _their_event,
    Kind.MARKET: _their_market,
    Kind.BOOK: _their_book,
    Kind.PRICE_POINT: _their_point,
    Kind.RESOLUTION: _their_resolution,
}

# Our name of a field: theirs. A number is a place in a list, a star all places.
FIELDS: Mapping[Kind, Mapping[str, str]] = {
    Kind.EVENT: {
        "event_id": "id",
        "title": "title",
        "slug": "slug",
        "tags": "tags.*.slug",
        "liquidity": "metrics.liquidity",
        "volume": "metrics.volume",
        "volume_24h": "metrics.volume_24hr",
        "start_date": "schedule.start_date",
        "end_date": "schedule.end_date",
        "neg_risk": "trading.neg_risk",
        "neg_risk_augmented": "trading.neg_risk_augmented",
        "active": "state.active",
        "closed": "state.closed",
    },
    Kind.MARKET: {
        "market_id": "id",
        "event_id": "events.0.id",
        "question": "question",
        "outcomes.0": "outcomes.yes.label",
        "outcomes.1": "outcomes.no.label",
        "condition_id": "condition_id",
        "yes_token_id": "outcomes.yes.token_id",
        "no_token_id": "outcomes.no.token_id",
        "yes_price": "outcomes.yes.price",
        "no_price": "outcomes.no.price",
        "quote.bid": "prices.best_bid",
        "quote.ask": "prices.best_ask",
        "liquidity": "metrics.liquidity_num",
        "volume": "metrics.volume_num",
        "volume_24h": "metrics.volume_24hr",
        "one_day_price_change": "prices.one_day_price_change",
        "tick_size": "trading.minimum_tick_size",
        "fee.rate": "trading.fee_schedule.rate",
        "fee.exponent": "trading.fee_schedule.exponent",
        "active": "state.active",
        "closed": "state.closed",
        "accepting_orders": "state.accepting_orders",
        "neg_risk": "state.neg_risk",
        "resolution_status": "resolution.uma_resolution_status",
        "end_date": "state.end_date",
    },
    Kind.BOOK: {
        "bids.*.price": "bids.*.price",
        "bids.*.shares": "bids.*.size",
        "asks.*.price": "asks.*.price",
        "asks.*.shares": "asks.*.size",
    },
    Kind.PRICE_POINT: {"at": "timestamp", "price": "price"},
    Kind.RESOLUTION: {
        "winning_token_id": "winning_token_id",
        "is_fifty_fifty": "is_fifty_fifty",
    },
}


def _at(value: object, path: str) -> object:
    """What is at the end of a dotted path; None where it leads nowhere."""
    step, _, rest = path.partition(".")
    if not step or value is None:
        return value
    if isinstance(value, tuple) and step == "*":
        return tuple(_at(item, rest) for item in value)
    if isinstance(value, tuple) and step.isdigit():
        return _at(value[int(step)], rest) if int(step) < len(value) else None
    return _at(getattr(value, step), rest)
