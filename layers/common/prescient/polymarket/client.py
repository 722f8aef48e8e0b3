"""Polymarket's public read API as the steps need it: event listing, markets by id, the time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

from prescient.core.errors import ExchangeUnavailable
from prescient.core.markets import ZERO, Event, Market, MarketId
from prescient.polymarket.counters import Counters
from prescient.polymarket.fields import identifier, number
from prescient.polymarket.listing import EVENTS_PATH, EventListing
from prescient.polymarket.parsing import parse_markets
from prescient.polymarket.skipping import SkipReason
from prescient.polymarket.transport import Deadline, FetchLimits, JsonTransport, Parameters

MARKETS_PATH = "/markets"
TIME_PATH = "/time"
EVENTS_A_PAGE = 100  # about 13 MB of JSON, which bounds memory; the exchange would allow 500
MARKETS_A_CALL = 100  # the exchange answers no more, whatever the limit
LAST_SECOND = Decimal(253_402_300_799)  # of the year 9999


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page of the listing. `skipped` counts the rows left out, by reason.

    `fetched_at` is the moment before the request: no quote passes for younger than it is.
    """

    events: tuple[Event, ...]
    skipped: Counter[str]
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class MarketPage:
    """Markets by id. One that the exchange did not answer, or whose row was skipped, is missing.

    `fetched_at` is the moment before the first request.
    """

    markets: tuple[Market, ...]
    skipped: Counter[str]
    fetched_at: datetime


class PolymarketClient:
    """Reads Gamma and the CLOB; every method raises `ExchangeUnavailable` rather than answer half.

    `now` is the clock that pages are stamped with. One client belongs to one thread.
    """

    def __init__(
        self,
        gamma_url: str,
        clob_url: str,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        random: Random | None = None,
        limits: FetchLimits | None = None,
    ) -> None:
        self.counters = Counters()
        self._gamma_url = gamma_url.rstrip("/")
        self._clob_url = clob_url.rstrip("/")
        self._now = now
        self._transport = JsonTransport(
            self.counters, limits or FetchLimits(), sleep=sleep, random=random
        )

    def event_pages(
        self,
        *,
        liquidity_min: Decimal | None = None,
        volume_min: Decimal | None = None,
        closed: bool = False,
    ) -> Iterator[EventPage]:
        """All events with their markets, page by page; no event and no market comes twice.

        The minima are dollars an event. One deadline covers all pages, and what the caller does
        between them.
        """
        deadline = self._transport.deadline()
        filters = _event_filters(liquidity_min, volume_min, closed=closed)
        listing = EventListing(self.counters)
        while not listing.ended:
            fetched_at = self._now()
            parameters = [*filters, *listing.cursor_parameter()]
            answer = self._transport.get(self._gamma_url, EVENTS_PATH, parameters, deadline)
            events, skipped = listing.read(answer)
            yield EventPage(events, skipped, fetched_at)

    def markets_by_id(self, ids: Sequence[MarketId]) -> MarketPage:
        """These markets, open or closed, in as few calls as the exchange allows."""
        deadline = self._transport.deadline()
        fetched_at = self._now()
        wanted = list(dict.fromkeys(ids))
        rows: dict[MarketId, object] = {}
        for start in range(0, len(wanted), MARKETS_A_CALL):
            batch = wanted[start : start + MARKETS_A_CALL]
            rows |= self._rows_by_id(batch, deadline, closed=False)
            # Asked last, so that a market which closes meanwhile is in one of the two answers.
            unanswered = [market_id for market_id in batch if market_id not in rows]
            rows |= self._rows_by_id(unanswered, deadline, closed=True)
        markets, skipped = parse_markets(rows.values())
        self.counters.skipped += skipped
        return MarketPage(markets, skipped, fetched_at)

    def time(self) -> datetime:
        """The exchange's own clock, to the second."""
        answer = self._transport.get(self._clob_url, TIME_PATH, [], self._transport.deadline())
        seconds = number(answer, at_least=ZERO, at_most=LAST_SECOND)
        if seconds is None:
            raise ExchangeUnavailable(f"GET {TIME_PATH}: answered no unix time")
        return datetime.fromtimestamp(int(seconds), UTC)

    def take_counters(self) -> dict[str, int | dict[str, int]]:
        """What was called and skipped since this was last asked, as plain JSON."""
        taken = self.counters.as_dict()
        self.counters.reset()
        return taken

    def close(self) -> None:
        """Close the kept connections."""
        self._transport.close()

    def _rows_by_id(
        self, ids: Sequence[MarketId], deadline: Deadline, *, closed: bool
    ) -> dict[MarketId, object]:
        """The raw rows that the exchange has for these ids, on one side of `closed`."""
        if not ids:
            return {}
        filters = [("closed", _spelled(closed)), ("limit", str(MARKETS_A_CALL))]
        parameters = [*(("id", str(market_id)) for market_id in ids), *filters]
        answer = self._transport.get(self._gamma_url, MARKETS_PATH, parameters, deadline)
        if not isinstance(answer, list):
            raise ExchangeUnavailable(f"GET {MARKETS_PATH}: answered JSON that is no list")
        return self._requested(answer, frozenset(ids))

    def _requested(self, answer: list[object], ids: frozenset[MarketId]) -> dict[MarketId, object]:
        """The rows that were asked for: the exchange ignores a filter that it does not know."""
        rows: dict[MarketId, object] = {}
        for row in answer:
            market_id = MarketId(_row_id(row))
            if market_id not in ids:
                self.counters.skipped[SkipReason.NOT_REQUESTED.value] += 1
            elif market_id in rows:
                self.counters.duplicates += 1
            else:
                rows[market_id] = row
        return rows


def _event_filters(
    liquidity_min: Decimal | None, volume_min: Decimal | None, *, closed: bool
) -> Parameters:
    """`closed` always goes along: what its absence means has differed between routes."""
    filters = [("closed", _spelled(closed)), ("limit", str(EVENTS_A_PAGE))]
    if liquidity_min is not None:
        filters.append(("liquidity_min", format(liquidity_min, "f")))
    if volume_min is not None:
        filters.append(("volume_min", format(volume_min, "f")))
    return filters


def _spelled(value: bool) -> str:
    return "true" if value else "false"


def _row_id(row: object) -> str:
    return (identifier(row.get("id")) if isinstance(row, dict) else None) or ""
