"""Events and markets as listed: what rarely changes. Prices live on the tape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from psycopg.rows import class_row, scalar_row
from pydantic_core import to_json

from prescient.core.market.markets import Event, FeeSchedule, Market, MarketId
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)
Row = dict[str, object]
Key = TypeVar("Key", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    market_id: MarketId
    question: str
    yes_outcome: str
    no_outcome: str
    condition_id: str | None
    yes_token_id: str | None
    no_token_id: str | None
    fee_rate: Decimal
    fee_exponent: Decimal


def save_events(session: Session, events: Sequence[Event], now: datetime) -> None:
    """Upsert the events and their markets; what did not change is neither sent nor written.

    `now` is when they were fetched: what changed later is not taken back.
    """
    rows = {event.event_id: _event_row(event) for event in events}
    payloads = {event.event_id: event.payload for event in events}
    changed = _changed(session, "select_changed_events", rows)
    if changed:
        given = [{**rows[event_id], "event_data": payloads[event_id]} for event_id in changed]
        session.execute(SQL["upsert_events"], {"events": _json(given), "now": now})
    _save(session, [(market, event) for event in events for market in event.markets], now)


def save_markets(session: Session, markets: Sequence[Market], now: datetime) -> None:
    """As `save_events`, for markets that were fetched without their events."""
    _save(session, [(market, None) for market in markets], now)


def completed(session: Session, markets: Sequence[Market]) -> list[Market]:
    """Give the markets what their rows left out and an earlier one had: ids, names and fees."""
    gaps = [market.market_id for market in markets if _has_gaps(market)]
    if not gaps:
        return list(markets)
    with session.cursor(row_factory=class_row(_Stored)) as cursor:
        rows = cursor.execute(SQL["select_markets"], {"market_ids": gaps}).fetchall()
    stored = {row.market_id: row for row in rows}
    return [
        _filled(market, stored[market.market_id]) if market.market_id in stored else market
        for market in markets
    ]


def _has_gaps(market: Market) -> bool:
    names = (market.question, *market.outcomes)
    return market.identity is None or market.fee is None or not all(names)


def _filled(market: Market, stored: _Stored) -> Market:
    tokens_known = market.yes_token_id is not None and market.no_token_id is not None
    names = (stored.yes_outcome, stored.no_outcome)
    return replace(
        market,
        question=market.question or stored.question,
        outcomes=market.outcomes if all(market.outcomes) else names,
        condition_id=market.condition_id or stored.condition_id,
        yes_token_id=market.yes_token_id if tokens_known else stored.yes_token_id,
        no_token_id=market.no_token_id if tokens_known else stored.no_token_id,
        fee=market.fee or FeeSchedule(stored.fee_rate, stored.fee_exponent),
    )


def _save(session: Session, listed: Sequence[tuple[Market, Event | None]], now: datetime) -> None:
    found = completed(session, [market for market, _ in listed])
    markets = list(zip(found, (event for _, event in listed), strict=True))
    rows = {market.market_id: _market_row(market, event) for market, event in markets}
    payloads = {market.market_id: market.payload for market in found}
    changed = _changed(session, "select_changed_markets", rows)
    if changed:
        given = [{**rows[market_id], "market_data": payloads[market_id]} for market_id in changed]
        session.execute(SQL["upsert_markets"], {"markets": _json(given), "now": now})


def _changed(session: Session, statement: str, rows: Mapping[Key, Row]) -> list[Key]:
    """The keys of the rows that are new or differ from what is stored.

    The payloads, which are nearly all of a listing's bytes, are not needed to tell.
    """
    with session.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL[statement], {"listed": _json(rows.values())}).fetchall()


def _event_row(event: Event) -> Row:
    return {
        "event_id": event.event_id,
        "title": event.title,
        "slug": event.slug,
        "tags": event.tags,
        "liquidity": event.liquidity,
        "volume": event.volume,
        "volume24hr": event.volume_24h,
        "start_date": event.start_date,
        "end_date": event.end_date,
        "neg_risk": event.neg_risk,
        "neg_risk_augmented": event.neg_risk_augmented,
        "market_count": event.market_count,
    }


def _market_row(market: Market, event: Event | None) -> Row:
    fee = market.fee or FeeSchedule()
    return {
        "market_id": market.market_id,
        "question": market.question,
        "event_id": event.event_id if event else market.event_id,
        "event_title": event.title if event else None,
        "event_end_date": event.end_date if event else None,
        "end_date": market.end_date or (event.end_date if event else None),
        "yes_outcome": market.outcomes[0],
        "no_outcome": market.outcomes[1],
        "condition_id": market.condition_id,
        "yes_token_id": market.yes_token_id,
        "no_token_id": market.no_token_id,
        "tick_size": market.tick_size,
        "neg_risk": market.neg_risk,
        "fee_rate": fee.rate,
        "fee_exponent": fee.exponent,
        "identity": market.identity,
    }


def _json(rows: Iterable[object]) -> str:
    """Decimals travel as strings, which Postgres reads as NUMERIC again."""
    return to_json(list(rows)).decode()
