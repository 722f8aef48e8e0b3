"""Rows of Gamma's JSON to core types. A row that cannot be trusted is skipped, with a reason.

Of a market that is held only what cannot be read is left out: its holders need the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from prescient.core.market.listed import Event, Market, Payload
from prescient.core.market.markets import EventId, FeeSchedule, MarketId, ResolutionStatus
from prescient.core.money import ONE, PRICE_STEP, ZERO
from prescient.polymarket.fields import (
    flag,
    identifier,
    json_list,
    moment,
    number,
    remembering,
    text,
)
from prescient.polymarket.prices import closed_prices, fee_schedule, live_prices
from prescient.polymarket.raw_rows import opened_event, opened_market
from prescient.polymarket.skip_reasons import Refusal, RowSkipped, SkipReason, keep_row, skip_row

Row = Mapping[str, object]

DEFAULT_TICK_SIZE = Decimal("0.01")
LARGEST_AMOUNT = Decimal(10) ** 12  # dollars; the whole exchange is far smaller
LONGEST_SLUG = 500
_STATUSES = {status.value: status for status in ResolutionStatus}


class ParsedEvent(NamedTuple):
    """An event with the markets that could be read; `skipped` counts the others by reason."""

    event: Event
    skipped: Counter[str]


def parse_event(row: object) -> ParsedEvent:
    """Read one event with its markets. Raises `RowSkipped` if the event has no identity."""
    fields, payload = opened_event(row)
    event_id = identifier(fields.get("id"))
    if event_id is None:
        raise RowSkipped(SkipReason.EVENT_MISSING_ID)
    listed = json_list(fields.get("markets")) or []
    markets, skipped = parse_markets(listed, EventId(event_id))
    event = _event(fields, payload, EventId(event_id), len(listed), markets)
    return ParsedEvent(event, skipped)


def parse_markets(
    rows: Iterable[object], event_id: EventId | None = None
) -> tuple[tuple[Market, ...], Counter[str]]:
    """Read market rows; return those that can be trusted, and count the others by reason."""
    markets: list[Market] = []
    skipped: Counter[str] = Counter()
    for row in rows:
        try:
            markets.append(parse_market(row, event_id))
        except RowSkipped as skip:
            skipped[skip.reason.value] += 1
    return tuple(markets), skipped


class HeldMarkets(NamedTuple):
    """Markets that are held; `unread` names the first value of each that could not be read.

    One whose whole row could not be read is in `unread` alone.
    """

    markets: tuple[Market, ...]
    unread: Mapping[MarketId, SkipReason]


def parse_held_markets(rows: Mapping[MarketId, object]) -> HeldMarkets:
    """Read the rows of markets that portfolios hold, each as far as it can be read."""
    markets: list[Market] = []
    unread: dict[MarketId, SkipReason] = {}
    for market_id, row in rows.items():
        reasons: list[SkipReason] = []
        try:
            markets.append(parse_market(row, refuse=reasons.append))
        except RowSkipped as skip:
            reasons.insert(0, skip.reason)
        if reasons:
            unread[market_id] = reasons[0]
    return HeldMarkets(tuple(markets), unread)


def parse_market(
    row: object, event_id: EventId | None = None, *, refuse: Refusal = skip_row
) -> Market:
    """Read one market; without `event_id` the row's own `events` name its event.

    Raises `RowSkipped`, among others for a live market whose prices are missing or absurd, unless
    `refuse` keeps it. A closed one is kept with None for what is missing, because portfolios may
    hold it.
    """
    fields, payload = opened_market(row)
    return _market(fields, payload, event_id, refuse)


def _market(row: Row, payload: Payload, event_id: EventId | None, refuse: Refusal) -> Market:
    market_id, question = _market_id(row), _question(row, refuse)
    active, closed = _is_active(row), flag(row.get("closed"))
    if not active and not closed:
        refuse(SkipReason.PLACEHOLDER)
    outcomes = _outcomes(row, refuse)
    of_values = keep_row if closed else refuse
    prices = closed_prices(row) if closed else live_prices(row, of_values)
    fee = fee_schedule(row, of_values)
    yes_token_id, no_token_id = _token_ids(row)
    return Market(
        market_id=market_id,
        event_id=event_id or _own_event_id(row),
        question=question,
        outcomes=outcomes,
        condition_id=identifier(row.get("conditionId")),
        yes_token_id=yes_token_id,
        no_token_id=no_token_id,
        yes_price=prices.yes,
        no_price=prices.no,
        quote=prices.quote,
        liquidity=_amount(row, of_values, "liquidityNum", "liquidity"),
        volume=_amount(row, of_values, "volumeNum", "volume"),
        volume_24h=_amount(row, of_values, "volume24hr"),
        one_day_price_change=_price_change(row, of_values),
        tick_size=_tick_size(row, of_values),
        fee=FeeSchedule() if closed and fee is None else fee,
        active=active,
        closed=closed,
        accepting_orders=flag(row.get("acceptingOrders")),
        neg_risk=flag(row.get("negRisk")),
        resolution_status=_resolution_status(row),
        end_date=moment(row.get("endDate")) or moment(row.get("endDateIso")),
        payload=payload,
    )


def _event(
    row: Row, payload: Payload, event_id: EventId, market_count: int, markets: tuple[Market, ...]
) -> Event:
    return Event(
        event_id=event_id,
        title=text(row.get("title")) or "",
        slug=(text(row.get("slug")) or "")[:LONGEST_SLUG],
        tags=_tag_slugs(row),
        # Nothing is decided on an event's numbers, and its markets are not lost for them.
        liquidity=_amount(row, keep_row, "liquidity"),
        volume=_amount(row, keep_row, "volume"),
        volume_24h=_amount(row, keep_row, "volume24hr"),
        start_date=moment(row.get("startDate")),
        end_date=moment(row.get("endDate")),
        neg_risk=flag(row.get("negRisk")),
        neg_risk_augmented=flag(row.get("negRiskAugmented")),
        active=_is_active(row),
        closed=flag(row.get("closed")),
        market_count=market_count,
        markets=markets,
        payload=payload,
    )


def _market_id(row: Row) -> MarketId:
    market_id = identifier(row.get("id"))
    if market_id is None:
        raise RowSkipped(SkipReason.MISSING_ID)
    return MarketId(market_id)


def _question(row: Row, refuse: Refusal) -> str:
    question = text(row.get("question"))
    if question is None:
        refuse(SkipReason.MISSING_QUESTION)
    return question or ""


def _is_active(row: Row) -> bool:
    """Return True where the key is missing, False for any value but true."""
    return "active" not in row or flag(row["active"])


def _outcomes(row: Row, refuse: Refusal) -> tuple[str, str]:
    match _names(row.get("outcomes")):
        case None:
            refuse(SkipReason.MALFORMED)
            return "", ""
        case [str(yes), str(no)]:
            return yes, no
        case _:
            raise RowSkipped(SkipReason.NOT_BINARY)


@remembering
def _names(value: object) -> list[str | None] | None:
    listed = json_list(value)
    return None if listed is None else [text(name) for name in listed]


def _token_ids(row: Row) -> tuple[str | None, str | None]:
    """Return the CLOB's ids of both outcomes: both or neither."""
    match [identifier(token) for token in json_list(row.get("clobTokenIds")) or []]:
        case [str(yes), str(no)]:
            return yes, no
        case _:
            return None, None


def _own_event_id(row: Row) -> EventId | None:
    events = json_list(row.get("events")) or [None]
    event_id = identifier(events[0].get("id")) if isinstance(events[0], Mapping) else None
    return EventId(event_id) if event_id else None


def _tag_slugs(row: Row) -> tuple[str, ...]:
    tags = json_list(row.get("tags")) or []
    slugs = (text(tag.get("slug")) for tag in tags if isinstance(tag, Mapping))
    return tuple(slug for slug in slugs if slug)


def _resolution_status(row: Row) -> ResolutionStatus | None:
    """Return where the oracle stands, by the row's word or by the last of its history.

    A market that is resolved often keeps a history that ends with a proposal.
    """
    return _status(row.get("umaResolutionStatus")) or _last_status(row.get("umaResolutionStatuses"))


@remembering
def _last_status(value: object) -> ResolutionStatus | None:
    history = json_list(value) or [None]
    return _status(history[-1])


@remembering
def _status(value: object) -> ResolutionStatus | None:
    """Return a status that is known, in any letter case."""
    return _STATUSES.get((text(value) or "").casefold())


def _tick_size(row: Row, refuse: Refusal) -> Decimal:
    tick_size = _number(row, refuse, "orderPriceMinTickSize", at_least=PRICE_STEP, at_most=ONE)
    return tick_size or DEFAULT_TICK_SIZE


def _price_change(row: Row, refuse: Refusal) -> Decimal | None:
    return _number(row, refuse, "oneDayPriceChange", at_least=-ONE, at_most=ONE)


def _amount(row: Row, refuse: Refusal, *keys: str) -> Decimal:
    """Return the dollars under the first key with a plausible amount, else 0: too few to trade."""
    return _number(row, refuse, *keys, at_least=ZERO, at_most=LARGEST_AMOUNT) or ZERO


def _number(
    row: Row, refuse: Refusal, *keys: str, at_least: Decimal, at_most: Decimal
) -> Decimal | None:
    """Return the first of these keys' numbers within the limits; one that has none is refused."""
    is_given = False
    for key in keys:
        value = row.get(key)
        if value is not None:
            found = number(value, at_least=at_least, at_most=at_most)
            if found is not None:
                return found
            is_given = True
    if is_given:
        refuse(SkipReason.BAD_NUMBER)
    return None
