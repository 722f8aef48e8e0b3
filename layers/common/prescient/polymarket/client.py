"""Polymarket's public read API as the steps need it: Gamma's listings and the CLOB's books."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from prescient.core.errors import ExchangeUnavailable
from prescient.core.market.books import OrderBook
from prescient.core.market.markets import MarketId
from prescient.polymarket.clob import Clob
from prescient.polymarket.clob_rows import PricePoint, ResolutionDetails
from prescient.polymarket.counters import Counters, CountersDocument
from prescient.polymarket.fields import identifier
from prescient.polymarket.listing import EVENTS_PATH, EventListing
from prescient.polymarket.pages import EventPage, MarketPage
from prescient.polymarket.parsing import parse_held_markets
from prescient.polymarket.parts import PartedFetch
from prescient.polymarket.rates import DOCUMENTED_LIMITS, Family, RateLimit
from prescient.polymarket.raw_rows import decode_page
from prescient.polymarket.skip_reasons import SkipReason
from prescient.polymarket.transport import Call, Deadline, FetchLimits, JsonTransport, Parameters

MARKETS_PATH = "/markets"
EVENTS_A_PAGE = 100  # about 13 MB of JSON, which bounds memory; the exchange would allow 500
MARKETS_A_CALL = 100  # the exchange answers no more, whatever the limit


class PolymarketClient:
    """Reads Gamma and the CLOB; every method raises `ExchangeUnavailable` rather than answer half.

    `now` is the clock that pages are stamped with, `rates` are the limits to stay below. One client
    belongs to one thread; it makes several requests at once where a fetch needs many.
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
        rates: Sequence[RateLimit] = DOCUMENTED_LIMITS,
    ) -> None:
        self.counters = Counters()
        self._gamma_url = gamma_url.rstrip("/")
        self._now = now
        self._transport = JsonTransport(
            self.counters, limits or FetchLimits(), rates=rates, sleep=sleep, random=random
        )
        self._clob = Clob(clob_url.rstrip("/"), self._transport, self.counters)

    def event_pages(
        self,
        *,
        liquidity_min: Decimal | None = None,
        volume_min: Decimal | None = None,
        end_date_min: datetime | None = None,
        closed: bool = False,
    ) -> Iterator[EventPage]:
        """Yield all events with their markets, page by page; no event and no market comes twice.

        The minima are dollars an event, and the earliest end of an event. One deadline covers all
        pages, and what the caller does between them.
        """
        deadline = self._transport.deadline()
        filters = _event_filters(liquidity_min, volume_min, end_date_min, closed=closed)
        listing = EventListing(self.counters)
        while not listing.ended:
            fetched_at = self._now()
            parameters = [*filters, *listing.cursor_parameter()]
            call = Call(self._gamma_url, EVENTS_PATH, Family.EVENTS, parameters, decode=decode_page)
            answer = self._transport.fetch(call, deadline)
            events, skipped = listing.read(answer)
            yield EventPage(events, skipped, fetched_at)

    def markets_by_id(self, ids: Sequence[MarketId]) -> MarketPage:
        """Fetch these markets, open or closed, in as few calls as the exchange allows.

        They are held: of a row only what cannot be read is left out.
        """
        deadline = self._transport.deadline()
        fetched_at = self._now()
        wanted = list(dict.fromkeys(ids))
        rows, refused = self._rows_by_id(wanted, deadline, closed=False)
        # Asked last, so that a market which closes meanwhile is in one of the two answers.
        unanswered = [
            market_id for market_id in wanted if market_id not in rows and market_id not in refused
        ]
        closed_rows, refused_when_closed = self._rows_by_id(unanswered, deadline, closed=True)
        refused |= refused_when_closed
        read = parse_held_markets(rows | closed_rows)
        self.counters.skipped += Counter(reason.value for reason in read.unread.values())
        self.counters.skip(SkipReason.EXCHANGE_ERROR, len(refused))
        return MarketPage(read.markets, read.unread, fetched_at, frozenset(refused))

    def books(self, token_ids: Sequence[str]) -> dict[str, OrderBook]:
        """Fetch books by token id.

        A token without a book, with an absurd one, or for which the exchange answers with an error
        as soon as it is asked for, is absent.
        """
        return self._clob.books(token_ids)

    def price_histories(
        self, token_ids: Sequence[str], start: datetime, end: datetime, fidelity: timedelta
    ) -> dict[str, tuple[PricePoint, ...]]:
        """Fetch the prices (0–1) of each token from `start` to before `end`, oldest first.

        There is a point each `fidelity` (whole minutes); a token without prices has no points. One
        for which the exchange answers with an error is absent.
        """
        return self._clob.price_histories(token_ids, start, end, fidelity)

    def resolution(self, condition_id: str) -> ResolutionDetails | None:
        """Fetch how a market ended according to the CLOB; None where it answers with an error."""
        return self._clob.resolution(condition_id)

    def time(self) -> datetime:
        """Fetch the time of the exchange's own clock, to the second."""
        return self._clob.time()

    def one_deadline(self) -> AbstractContextManager[None]:
        """Give all fetches within the block one deadline."""
        return self._transport.one_deadline()

    def take_counters(self) -> CountersDocument:
        """Return the counts since the last time as plain JSON, and start from zero."""
        taken = self.counters.as_dict()
        self.counters.reset()
        return taken

    def close(self) -> None:
        """Close the kept connections."""
        self._transport.close()

    def _rows_by_id(
        self, ids: Sequence[MarketId], deadline: Deadline, *, closed: bool
    ) -> tuple[dict[MarketId, object], set[MarketId]]:
        """The raw rows that the exchange has for these ids on one side of `closed`.

        Beside them the ids for which it answers with an error.
        """
        chunks = [
            ids[start : start + MARKETS_A_CALL] for start in range(0, len(ids), MARKETS_A_CALL)
        ]
        call_of = partial(self._markets_call, closed=closed)
        probe = Call(self._gamma_url, MARKETS_PATH, Family.MARKETS, [("limit", "1")])
        parted = PartedFetch[MarketId](self._transport, call_of, deadline, probe=probe).fetch(
            chunks
        )
        wanted, rows = frozenset(ids), dict[MarketId, object]()
        for _, answer in parted.answers:
            if not isinstance(answer, list):
                raise ExchangeUnavailable(f"GET {MARKETS_PATH}: answered JSON that is no list")
            self._add_requested(rows, answer, wanted)
        return rows, set(parted.refused)

    def _markets_call(self, ids: Sequence[MarketId], *, closed: bool) -> Call:
        filters = [("closed", _spelled(closed)), ("limit", str(MARKETS_A_CALL))]
        parameters = [*(("id", str(market_id)) for market_id in ids), *filters]
        return Call(self._gamma_url, MARKETS_PATH, Family.MARKETS, parameters)

    def _add_requested(
        self, rows: dict[MarketId, object], answer: list[object], wanted: frozenset[MarketId]
    ) -> None:
        """Add the rows that were asked for: the exchange ignores a filter that it does not know."""
        for row in answer:
            market_id = MarketId(_row_id(row))
            if market_id not in wanted:
                self.counters.skipped[SkipReason.NOT_REQUESTED.value] += 1
            elif market_id in rows:
                self.counters.duplicates += 1
            else:
                rows[market_id] = row


def _event_filters(
    liquidity_min: Decimal | None,
    volume_min: Decimal | None,
    end_date_min: datetime | None,
    *,
    closed: bool,
) -> Parameters:
    """Return the filters; `closed` is always sent, because routes differ where it is absent."""
    filters = [("closed", _spelled(closed)), ("limit", str(EVENTS_A_PAGE))]
    if liquidity_min is not None:
        filters.append(("liquidity_min", format(liquidity_min, "f")))
    if volume_min is not None:
        filters.append(("volume_min", format(volume_min, "f")))
    if end_date_min is not None:
        filters.append(
            ("end_date_min", end_date_min.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        )
    return filters


def _spelled(value: bool) -> str:
    return "true" if value else "false"


def _row_id(row: object) -> str:
    return (identifier(row.get("id")) if isinstance(row, dict) else None) or ""
