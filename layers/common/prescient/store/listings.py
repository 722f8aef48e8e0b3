"""Events and markets as listed: what rarely changes. Prices live on the tape."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from prescient.core.markets import Event, Market
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)


def save_events(session: Session, events: Sequence[Event], now: datetime) -> None:
    """Upsert the events and their markets; rows that did not change are not rewritten."""
    rows = [_event_row(event) for event in events]
    session.execute(SQL["upsert_events"], {"events": _json(rows), "now": now})
    markets = [_market_row(market, event) for event in events for market in event.markets]
    session.execute(SQL["upsert_markets"], {"markets": _json(markets), "now": now})


def save_markets(session: Session, markets: Sequence[Market], now: datetime) -> None:
    """Upsert markets that were fetched without their events."""
    rows = [_market_row(market, None) for market in markets]
    session.execute(SQL["upsert_markets"], {"markets": _json(rows), "now": now})


def _event_row(event: Event) -> dict[str, object]:
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
        "event_data": event.payload,
    }


def _market_row(market: Market, event: Event | None) -> dict[str, object]:
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
        "market_data": market.payload,
    }


def _json(rows: Iterable[object]) -> str:
    """Postgres reads the numbers again as NUMERIC, so decimals may travel as strings."""
    return json.dumps(list(rows), default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
