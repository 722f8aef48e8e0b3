"""One walk through the event listing: its cursor, and what it has already answered."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from prescient.core.errors import ExchangeUnavailable
from prescient.core.market.listed import Event, Market
from prescient.core.market.markets import EventId, MarketId
from prescient.polymarket.counters import Counters
from prescient.polymarket.parsing import parse_event
from prescient.polymarket.skip_reasons import RowSkipped

EVENTS_PATH = "/events/keyset"


class EventListing:
    """Reads the pages of one walk in their order; no event and no market comes twice.

    Pages overlap where events move while the listing is read.
    """

    def __init__(self, counters: Counters) -> None:
        self.ended = False
        self._counters = counters
        self._cursor: str | None = None
        self._cursors: set[str] = set()
        self._event_ids: set[EventId] = set()
        self._market_ids: set[MarketId] = set()

    def cursor_parameter(self) -> list[tuple[str, str]]:
        """Return the query parameter of the next page; the first page has none."""
        return [("after_cursor", self._cursor)] if self._cursor else []

    def read(self, answer: object) -> tuple[tuple[Event, ...], Counter[str]]:
        """Return the page's new events, and its skipped rows by reason.

        Raises `ExchangeUnavailable` for an answer that is no page, or whose cursor leads back.
        """
        match answer:
            case {"events": list(rows), **rest}:
                self._advance(rest.get("next_cursor"))
                return self._events(rows)
            case _:
                raise ExchangeUnavailable(f"GET {EVENTS_PATH}: answered JSON without events")

    def _advance(self, cursor: object) -> None:
        if cursor is None or cursor == "":
            self.ended = True
            return
        if not isinstance(cursor, str):
            raise ExchangeUnavailable(f"GET {EVENTS_PATH}: answered an unreadable cursor")
        if cursor in self._cursors:
            raise ExchangeUnavailable(f"GET {EVENTS_PATH}: answered a repeated cursor")
        self._cursors.add(cursor)
        self._cursor = cursor

    def _events(self, rows: list[object]) -> tuple[tuple[Event, ...], Counter[str]]:
        events: list[Event] = []
        skipped: Counter[str] = Counter()
        for row in rows:
            try:
                parsed = parse_event(row)
            except RowSkipped as skip:
                skipped[skip.reason.value] += 1
                continue
            if self._is_new(parsed.event):
                skipped += parsed.skipped
                events.append(self._with_new_markets(parsed.event))
        self._counters.skipped += skipped
        return tuple(events), skipped

    def _is_new(self, event: Event) -> bool:
        if event.event_id in self._event_ids:
            self._counters.duplicates += 1
            return False
        self._event_ids.add(event.event_id)
        return True

    def _with_new_markets(self, event: Event) -> Event:
        markets: list[Market] = []
        for market in event.markets:
            if market.market_id not in self._market_ids:
                self._market_ids.add(market.market_id)
                markets.append(market)
        repeated = len(event.markets) - len(markets)
        self._counters.duplicates += repeated
        return replace(event, markets=tuple(markets)) if repeated else event
