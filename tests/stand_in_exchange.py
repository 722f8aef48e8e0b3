"""An exchange that shows what a test puts there, and the clock that both go by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from prescient.core.errors import ExchangeUnavailable
from prescient.core.market.books import OrderBook
from prescient.core.market.listed import Event, Market
from prescient.core.market.markets import MarketId
from prescient.polymarket.clob_rows import PricePoint, ResolutionDetails
from prescient.polymarket.counters import Counters, CountersDocument
from prescient.polymarket.pages import EventPage, MarketPage
from prescient.polymarket.parsing import parse_held_markets
from prescient.polymarket.rates import Family
from tests.builders import NOON, event


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **span: float) -> None:
        self.now += timedelta(**span)


class StandInExchange:
    """Lists `events` that have the minima; raises after `pages_before_failure` pages, if set.

    Books and histories are by token id, resolutions by condition id; the calls that `fails` names
    raise. `while_answering` is what happens while held markets are on their way to the caller,
    `while_fetching_books` while books are.
    """

    def __init__(self, clock: Clock) -> None:
        self.events: list[Event] = [event()]
        self.pages_before_failure: int | None = None
        self.minima: tuple[Decimal | None, Decimal | None] = (None, None)
        self.earliest_end: datetime | None = None
        self.order_books: dict[str, OrderBook] = {}
        self.asked_books: list[str] = []
        self.histories: dict[str, tuple[PricePoint, ...]] = {}
        self.asked_histories: list[str] = []
        self.resolutions: dict[str, ResolutionDetails] = {}
        self.fails: set[str] = set()
        self.unlisted: set[MarketId] = set()
        self.rows_by_id: dict[MarketId, object] = {}
        self.lists_closed = False
        self.while_answering: Callable[[], None] = lambda: None
        self.while_fetching_books: Callable[[], None] = lambda: None
        self._clock = clock

    def event_pages(
        self,
        *,
        liquidity_min: Decimal | None = None,
        volume_min: Decimal | None = None,
        end_date_min: datetime | None = None,
    ) -> Iterator[EventPage]:
        self.minima, self.earliest_end = (liquidity_min, volume_min), end_date_min
        for place, shown in enumerate(self.events):
            self._fail_at(place)
            if shown.liquidity < (liquidity_min or 0) or shown.volume < (volume_min or 0):
                continue
            markets = tuple(listed for listed in shown.markets if self._is_listed(listed))
            listed = replace(shown, markets=markets)
            yield EventPage((listed,), Counter(), self._clock.now)
        self._fail_at(len(self.events))

    def markets_by_id(self, ids: Sequence[MarketId]) -> MarketPage:
        self._fail_at(0)
        markets = (listed for shown in self.events for listed in shown.markets)
        found = tuple(listed for listed in markets if listed.market_id in ids)
        read = parse_held_markets(self.rows_by_id)
        page = MarketPage((*found, *read.markets), read.unread, self._clock.now)
        self.while_answering()
        return page

    def books(self, token_ids: Sequence[str]) -> dict[str, OrderBook]:
        self._fail_if("books")
        self.asked_books = list(token_ids)
        self.while_fetching_books()
        return {
            token_id: self.order_books[token_id]
            for token_id in token_ids
            if token_id in self.order_books
        }

    def price_histories(
        self, token_ids: Sequence[str], start: datetime, end: datetime, fidelity: timedelta
    ) -> dict[str, tuple[PricePoint, ...]]:
        self.asked_histories += token_ids
        for token_id in token_ids:
            self._fail_if(f"history of {token_id}")
        return {
            token_id: tuple(
                point for point in self.histories.get(token_id, ()) if start <= point.at < end
            )
            for token_id in token_ids
        }

    def resolution(self, condition_id: str) -> ResolutionDetails:
        self._fail_if("resolution")
        return self.resolutions.get(condition_id, ResolutionDetails(None, is_fifty_fifty=False))

    def one_deadline(self) -> AbstractContextManager[None]:
        return nullcontext()

    def take_counters(self) -> CountersDocument:
        counters = Counters(skipped=Counter(placeholder=2))
        counters.add(Family.EVENTS, calls=1)
        return counters.as_dict()

    def show(self, **changes: Any) -> None:
        """Change the one market of the one event."""
        (shown,) = self.events
        self.events = [replace(shown, markets=(replace(shown.markets[0], **changes),))]

    def _is_listed(self, listed: Market) -> bool:
        is_open = self.lists_closed or not listed.closed
        return is_open and listed.market_id not in self.unlisted

    def _fail_if(self, call: str) -> None:
        if call in self.fails:
            raise ExchangeUnavailable(f"{call}: answered HTML")

    def _fail_at(self, place: int) -> None:
        if self.pages_before_failure == place:
            raise ExchangeUnavailable("GET /events/keyset: answered HTML")
