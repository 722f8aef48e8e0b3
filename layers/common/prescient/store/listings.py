"""Events and markets as listed: what rarely changes. Prices live on the tape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from psycopg.rows import scalar_row
from pydantic_core import to_json

from prescient.core.market.markets import Event, Market
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)
Row = dict[str, object]
Key = TypeVar("Key", bound=str)


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


def _save(session: Session, markets: Sequence[tuple[Market, Event | None]], now: datetime) -> None:
    rows = {market.market_id: _market_row(market, event) for market, event in markets}
    payloads = {market.market_id: market.payload for market, _ in markets}
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
        "fee_rate": market.fee.rate,
        "fee_exponent": market.fee.exponent,
    }


def _json(rows: Iterable[object]) -> str:
    """Decimals travel as strings, which Postgres reads as NUMERIC again."""
    return to_json(list(rows)).decode()
