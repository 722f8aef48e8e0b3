"""Rows of Gamma's JSON to core types. A row that cannot be trusted is skipped, with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from prescient.core.market.markets import Event, EventId, Market, MarketId
from prescient.core.money import ONE, PRICE_STEP, ZERO
from prescient.polymarket.fields import flag, identifier, json_list, moment, number, text
from prescient.polymarket.prices import (
    closed_fee_schedule,
    closed_prices,
    live_fee_schedule,
    live_prices,
)
from prescient.polymarket.skip_reasons import RowSkipped, SkipReason

Row = Mapping[str, object]

DEFAULT_TICK_SIZE = Decimal("0.01")
LARGEST_AMOUNT = Decimal(10) ** 12  # dollars; the whole exchange is far smaller
LONGEST_SLUG = 500


@dataclass(frozen=True, slots=True)
class ParsedEvent:
    """An event with the markets that could be read; `skipped` counts the others by reason."""

    event: Event
    skipped: Counter[str]


def parse_event(row: object) -> ParsedEvent:
    """Read one event with its markets. Raises `RowSkipped` if the event has no identity."""
    if not isinstance(row, Mapping):
        raise RowSkipped(SkipReason.EVENT_MALFORMED)
    event_id = identifier(row.get("id"))
    if event_id is None:
        raise RowSkipped(SkipReason.EVENT_MISSING_ID)
    listed = json_list(row.get("markets")) or []
    markets, skipped = parse_markets(listed, EventId(event_id))
    return ParsedEvent(_event(row, EventId(event_id), len(listed), markets), skipped)


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


def parse_market(row: object, event_id: EventId | None = None) -> Market:
    """Read one market; without `event_id` the row's own `events` name its event.

    Raises `RowSkipped`, among others for a live market whose prices are missing or absurd. A
    closed one is kept with None for what is missing, because portfolios may hold it.
    """
    if not isinstance(row, Mapping):
        raise RowSkipped(SkipReason.MALFORMED)
    market_id, question = _identity(row)
    active, closed = _is_active(row), flag(row.get("closed"))
    if not active and not closed:
        raise RowSkipped(SkipReason.PLACEHOLDER)
    outcomes = _outcomes(row)
    prices = closed_prices(row) if closed else live_prices(row)
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
        liquidity=_amount(row, "liquidityNum", "liquidity"),
        volume=_amount(row, "volumeNum", "volume"),
        volume_24h=_amount(row, "volume24hr"),
        one_day_price_change=number(row.get("oneDayPriceChange"), at_least=-ONE, at_most=ONE),
        tick_size=_tick_size(row),
        fee=closed_fee_schedule(row) if closed else live_fee_schedule(row),
        active=active,
        closed=closed,
        accepting_orders=flag(row.get("acceptingOrders")),
        neg_risk=flag(row.get("negRisk")),
        resolution_status=text(row.get("umaResolutionStatus")),
        end_date=moment(row.get("endDate")) or moment(row.get("endDateIso")),
        payload=row,
    )


def _event(row: Row, event_id: EventId, market_count: int, markets: tuple[Market, ...]) -> Event:
    return Event(
        event_id=event_id,
        title=text(row.get("title")) or "",
        slug=(text(row.get("slug")) or "")[:LONGEST_SLUG],
        tags=_tag_slugs(row),
        liquidity=_amount(row, "liquidity"),
        volume=_amount(row, "volume"),
        volume_24h=_amount(row, "volume24hr"),
        start_date=moment(row.get("startDate")),
        end_date=moment(row.get("endDate")),
        neg_risk=flag(row.get("negRisk")),
        neg_risk_augmented=flag(row.get("negRiskAugmented")),
        active=_is_active(row),
        closed=flag(row.get("closed")),
        market_count=market_count,
        markets=markets,
        payload={key: value for key, value in row.items() if key != "markets"},
    )


def _identity(row: Row) -> tuple[MarketId, str]:
    market_id = identifier(row.get("id"))
    if market_id is None:
        raise RowSkipped(SkipReason.MISSING_ID)
    question = text(row.get("question"))
    if question is None:
        raise RowSkipped(SkipReason.MISSING_QUESTION)
    return MarketId(market_id), question


def _is_active(row: Row) -> bool:
    """Return True where the key is missing, False for any value but true."""
    return "active" not in row or flag(row["active"])


def _outcomes(row: Row) -> tuple[str, str]:
    listed = json_list(row.get("outcomes"))
    if listed is None:
        raise RowSkipped(SkipReason.MALFORMED)
    names = [text(name) for name in listed]
    match names:
        case [str(yes), str(no)]:
            return yes, no
        case _:
            raise RowSkipped(SkipReason.NOT_BINARY)


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


def _tick_size(row: Row) -> Decimal:
    tick_size = number(row.get("orderPriceMinTickSize"), at_least=PRICE_STEP, at_most=ONE)
    return tick_size or DEFAULT_TICK_SIZE


def _amount(row: Row, *keys: str) -> Decimal:
    """Return the dollars under the first key with a plausible amount, else 0: too few to trade."""
    for key in keys:
        amount = number(row.get(key), at_least=ZERO, at_most=LARGEST_AMOUNT)
        if amount is not None:
            return amount
    return ZERO
