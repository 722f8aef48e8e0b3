"""Events and markets as listed: what rarely changes. Prices live on the tape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from psycopg import Cursor
from psycopg.rows import scalar_row
from pydantic_core import to_json

from prescient.core.market.listed import Event, Market, Payload
from prescient.core.market.markets import EventId, FeeSchedule, MarketId
from prescient.store import digests, statements
from prescient.store.copying import send_all
from prescient.store.database import Session
from prescient.store.rows import fetch

SQL = statements.load(__file__)
Row = dict[str, object]
MARKETS_A_STATEMENT = 100
RECORD_SEPARATOR = b"\x1e"  # `listings.sql` divides by it


class _Stored(NamedTuple):
    market_id: MarketId
    question: str
    yes_outcome: str
    no_outcome: str
    condition_id: str | None
    yes_token_id: str | None
    no_token_id: str | None
    fee_rate: Decimal
    fee_exponent: Decimal


class _ListedEvent(NamedTuple):
    event: Event
    digest: str


class _ListedMarket(NamedTuple):
    """A market as it was listed, its event, and the digests of both."""

    market: Market
    event: Event | None
    digest: str
    event_digest: str | None


class Listing(NamedTuple):
    """Events and markets as they were listed, by id, with their digests."""

    events: Mapping[EventId, _ListedEvent]
    markets: Mapping[MarketId, _ListedMarket]


def digested_events(events: Iterable[Event]) -> Listing:
    """Return the listing of events with their markets, which must be completed."""
    listed = {event.event_id: _ListedEvent(event, digests.of_event(event)) for event in events}
    markets = {
        market.market_id: _ListedMarket(market, event, digests.of_market(market), digest)
        for event, digest in listed.values()
        for market in event.markets
    }
    return Listing(listed, markets)


def digested_markets(markets: Iterable[Market]) -> Listing:
    """Return the listing of completed markets that were fetched without their events.

    It takes about as long as to send the markets to the server.
    """
    return Listing(
        {},
        {
            market.market_id: _ListedMarket(market, None, digests.of_market(market), None)
            for market in markets
        },
    )


def save(session: Session, listing: Listing, now: datetime) -> None:
    """Upsert the events and the markets; what did not change is neither sent nor written.

    `now` is when they were fetched: what changed later is not taken back.
    """
    with session.pipeline():  # one wait for both answers
        events_asked = _ask_changed_events(session, listing.events) if listing.events else None
        markets_asked = _ask_changed_markets(session, listing.markets)
    event_ids = events_asked.fetchall() if events_asked else []
    market_ids = markets_asked.fetchall()
    if not event_ids and not market_ids:
        return
    markets = [listing.markets[market_id] for market_id in market_ids]
    with session.pipeline():  # the server stores some rows while the next ones are written
        _upsert_events(session, [listing.events[event_id] for event_id in event_ids], now)
        for start in range(0, len(markets), MARKETS_A_STATEMENT):
            _upsert_markets(session, markets[start : start + MARKETS_A_STATEMENT], now)


def completed_events(session: Session, events: Sequence[Event]) -> Sequence[Event]:
    """Return the events with their markets `completed`."""
    markets = [market for event in events for market in event.markets]
    found = completed(session, markets)
    if found is markets:
        return events
    rest = iter(found)
    return [replace(event, markets=tuple(islice(rest, len(event.markets)))) for event in events]


def completed(session: Session, markets: Sequence[Market]) -> Sequence[Market]:
    """Return the markets with what their rows left out and an earlier one had.

    That is their ids, names and fees.
    """
    gaps = [market.market_id for market in markets if _has_gaps(market)]
    if not gaps:
        return markets
    rows = fetch(session, _Stored, SQL["select_markets"], {"market_ids": gaps})
    stored = {row.market_id: row for row in rows}
    return [
        _filled(market, stored[market.market_id]) if market.market_id in stored else market
        for market in markets
    ]


def _has_gaps(market: Market) -> bool:
    known = (market.condition_id, market.yes_token_id, market.no_token_id, market.fee)
    return None in known or not (market.question and all(market.outcomes))


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


def _ask_changed_events(
    session: Session, listed: Mapping[EventId, _ListedEvent]
) -> Cursor[EventId]:
    """Ask for the ids of the events that are new or differ from what is stored."""
    values = {"digests": _json({event_id: row.digest for event_id, row in listed.items()})}
    cursor = session.cursor(row_factory=scalar_row)
    return cursor.execute(SQL["select_changed_events"], values)


def _ask_changed_markets(
    session: Session, listed: Mapping[MarketId, _ListedMarket]
) -> Cursor[MarketId]:
    """Ask for the ids of the markets that are new or differ from what is stored."""
    rows = listed.values()
    values = {
        "market_ids": _json(list(listed)),
        "digests": ",".join(row.digest for row in rows),
        "event_digests": ",".join(row.event_digest for row in rows if row.event_digest),
    }
    cursor = session.cursor(row_factory=scalar_row)
    return cursor.execute(SQL["select_changed_markets"], values)


def _upsert_events(session: Session, changed: Sequence[_ListedEvent], now: datetime) -> None:
    if not changed:
        return
    rows = _json([_event_row(listed) for listed in changed])
    payloads = _documents(listed.event.payload for listed in changed)
    session.execute(SQL["upsert_events"], {"events": rows, "payloads": payloads, "now": now})
    send_all(session)


def _upsert_markets(session: Session, changed: Sequence[_ListedMarket], now: datetime) -> None:
    rows = _json([_market_row(listed) for listed in changed])
    payloads = _documents(listed.market.payload for listed in changed)
    session.execute(SQL["upsert_markets"], {"markets": rows, "payloads": payloads, "now": now})
    send_all(session)


def _event_row(listed: _ListedEvent) -> Row:
    event = listed.event
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
        "listing_digest": listed.digest,
    }


def _market_row(listed: _ListedMarket) -> Row:
    market, event = listed.market, listed.event
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
        "listing_digest": listed.digest,
        "event_digest": listed.event_digest,
    }


def _documents(payloads: Iterable[Payload]) -> str:
    """Return the payloads as one text, each in JSON, between a character that no JSON contains."""
    documents = (
        to_json(payload) if isinstance(payload, Mapping) else payload() for payload in payloads
    )
    return RECORD_SEPARATOR.join(documents).decode()


def _json(value: object) -> str:
    """Decimals travel as strings, which Postgres reads as NUMERIC again."""
    return to_json(value).decode()
