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
from prescient.polymarket.raw_rows import EventRow, MarketRow, opened_event, opened_market
from prescient.polymarket.skip_reasons import Refusal, RowSkipped, SkipReason, keep_row, skip_row

DEFAULT_TICK_SIZE = Decimal("0.01")
LARGEST_AMOUNT = Decimal(10) ** 12  # dollars; the whole exchange is far smaller
LONGEST_SLUG = 500
BINARY = 2  # outcomes
_STATUSES = {status.value: status for status in ResolutionStatus}


class ParsedEvent(NamedTuple):
    """An event with the markets that could be read; `skipped` counts the others by reason."""

    event: Event
    skipped: Counter[str]


def parse_event(row: object) -> ParsedEvent:
    """Read one event with its markets. Raises `RowSkipped` if the event has no identity."""
    opened = opened_event(row)
    event_id = identifier(opened.row.id)
    if event_id is None:
        raise RowSkipped(SkipReason.EVENT_MISSING_ID)
    markets, skipped = parse_markets(opened.markets, EventId(event_id))
    count = len(opened.markets)
    event = _event(opened.row, opened.payload, EventId(event_id), count, markets)
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
    opened = opened_market(row)
    return _market(opened.row, opened.payload, event_id, refuse)


def _market(row: MarketRow, payload: Payload, event_id: EventId | None, refuse: Refusal) -> Market:
    market_id, question = _market_id(row), _question(row, refuse)
    active, closed = flag(row.active), flag(row.closed)
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
        condition_id=identifier(row.condition_id),
        yes_token_id=yes_token_id,
        no_token_id=no_token_id,
        yes_price=prices.yes,
        no_price=prices.no,
        quote=prices.quote,
        liquidity=_amount(of_values, row.liquidity_num, row.liquidity),
        volume=_amount(of_values, row.volume_num, row.volume),
        volume_24h=_amount(of_values, row.volume24hr),
        one_day_price_change=_price_change(row, of_values),
        tick_size=_tick_size(row, of_values),
        fee=FeeSchedule() if closed and fee is None else fee,
        active=active,
        closed=closed,
        accepting_orders=flag(row.accepting_orders),
        neg_risk=flag(row.neg_risk),
        resolution_status=_resolution_status(row),
        end_date=moment(row.end_date) or moment(row.end_date_iso),
        payload=payload,
    )


def _event(
    row: EventRow,
    payload: Payload,
    event_id: EventId,
    market_count: int,
    markets: tuple[Market, ...],
) -> Event:
    return Event(
        event_id=event_id,
        title=text(row.title) or "",
        slug=(text(row.slug) or "")[:LONGEST_SLUG],
        tags=_tag_slugs(row),
        # Nothing is decided on an event's numbers, and its markets are not lost for them.
        liquidity=_amount(keep_row, row.liquidity),
        volume=_amount(keep_row, row.volume),
        volume_24h=_amount(keep_row, row.volume24hr),
        start_date=moment(row.start_date),
        end_date=moment(row.end_date),
        neg_risk=flag(row.neg_risk),
        neg_risk_augmented=flag(row.neg_risk_augmented),
        active=flag(row.active),
        closed=flag(row.closed),
        market_count=market_count,
        markets=markets,
        payload=payload,
    )


def _market_id(row: MarketRow) -> MarketId:
    market_id = identifier(row.id)
    if market_id is None:
        raise RowSkipped(SkipReason.MISSING_ID)
    return MarketId(market_id)


def _question(row: MarketRow, refuse: Refusal) -> str:
    question = text(row.question)
    if question is None:
        refuse(SkipReason.MISSING_QUESTION)
    return question or ""


def _outcomes(row: MarketRow, refuse: Refusal) -> tuple[str, str]:
    names = _names(row.outcomes)
    if names is None:
        refuse(SkipReason.MALFORMED)
        return "", ""
    yes, no = names if len(names) == BINARY else (None, None)
    if yes is None or no is None:
        raise RowSkipped(SkipReason.NOT_BINARY)
    return yes, no


@remembering
def _names(value: object) -> list[str | None] | None:
    listed = json_list(value)
    return None if listed is None else [text(name) for name in listed]


def _token_ids(row: MarketRow) -> tuple[str | None, str | None]:
    """Return the CLOB's ids of both outcomes: both or neither."""
    tokens = json_list(row.clob_token_ids) or []
    if len(tokens) != BINARY:
        return None, None
    yes, no = identifier(tokens[0]), identifier(tokens[1])
    return (None, None) if yes is None or no is None else (yes, no)


def _own_event_id(row: MarketRow) -> EventId | None:
    events = json_list(row.events) or [None]
    event_id = identifier(events[0].get("id")) if isinstance(events[0], Mapping) else None
    return EventId(event_id) if event_id else None


def _tag_slugs(row: EventRow) -> tuple[str, ...]:
    tags = json_list(row.tags) or []
    slugs = (text(tag.get("slug")) for tag in tags if isinstance(tag, Mapping))
    return tuple(slug for slug in slugs if slug)


def _resolution_status(row: MarketRow) -> ResolutionStatus | None:
    """Return where the oracle stands, by the row's word or by the last of its history.

    A market that is resolved often keeps a history that ends with a proposal.
    """
    return _status(row.uma_resolution_status) or _last_status(row.uma_resolution_statuses)


@remembering
def _last_status(value: object) -> ResolutionStatus | None:
    history = json_list(value) or [None]
    return _status(history[-1])


@remembering
def _status(value: object) -> ResolutionStatus | None:
    """Return a status that is known, in any letter case."""
    return _STATUSES.get((text(value) or "").casefold())


def _tick_size(row: MarketRow, refuse: Refusal) -> Decimal:
    given = row.order_price_min_tick_size
    return _number(refuse, given, at_least=PRICE_STEP, at_most=ONE) or DEFAULT_TICK_SIZE


def _price_change(row: MarketRow, refuse: Refusal) -> Decimal | None:
    return _number(refuse, row.one_day_price_change, at_least=-ONE, at_most=ONE)


def _amount(refuse: Refusal, *given: object) -> Decimal:
    """Return the dollars of the first plausible amount, else 0: too few to trade."""
    return _number(refuse, *given, at_least=ZERO, at_most=LARGEST_AMOUNT) or ZERO


def _number(refuse: Refusal, *given: object, at_least: Decimal, at_most: Decimal) -> Decimal | None:
    """Return the first number within the limits; values among which there is none are refused."""
    is_given = False
    for value in given:
        if value is not None:
            found = number(value, at_least=at_least, at_most=at_most)
            if found is not None:
                return found
            is_given = True
    if is_given:
        refuse(SkipReason.BAD_NUMBER)
    return None
