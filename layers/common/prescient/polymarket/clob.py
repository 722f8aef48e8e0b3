"""The CLOB's read routes: books, price histories, resolutions, and its clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from prescient.core.errors import ExchangeUnavailable
from prescient.core.market.books import OrderBook
from prescient.core.money import ZERO
from prescient.polymarket.clob_rows import (
    LAST_SECOND,
    PricePoint,
    ResolutionDetails,
    parse_books,
    parse_history,
    parse_resolution,
)
from prescient.polymarket.counters import Counters
from prescient.polymarket.fields import number
from prescient.polymarket.parts import PartedFetch
from prescient.polymarket.rates import Family
from prescient.polymarket.skip_reasons import SkipReason
from prescient.polymarket.transport import Call, ErrorAnswer, JsonTransport

ENTRIES_A_CALL = 500  # the exchange refuses a 501st
MINUTE = timedelta(minutes=1)


class Clob:
    """Reads the CLOB for a client. Token ids are those of single outcomes."""

    def __init__(self, url: str, transport: JsonTransport, counters: Counters) -> None:
        self._url = url
        self._transport = transport
        self._counters = counters

    def books(self, token_ids: Sequence[str]) -> dict[str, OrderBook]:
        parted = self._parted(self._books_call).fetch(_chunks(token_ids))
        wanted, books = frozenset(token_ids), dict[str, OrderBook]()
        for _, answer in parted.answers:
            if not isinstance(answer, list):
                raise ExchangeUnavailable("POST /books: answered JSON that is no list")
            found, skipped = parse_books(answer, wanted)
            self._counters.skipped += skipped
            books |= found
        self._counters.skip(SkipReason.EXCHANGE_ERROR, len(parted.refused))
        return books

    def price_histories(
        self, token_ids: Sequence[str], start: datetime, end: datetime, fidelity: timedelta
    ) -> dict[str, tuple[PricePoint, ...]]:
        def call_of(part: Sequence[str]) -> Call:
            return self._history(part[0], start, end, fidelity)

        parted = self._parted(call_of).fetch([[token] for token in dict.fromkeys(token_ids)])
        self._counters.skip(SkipReason.EXCHANGE_ERROR, len(parted.refused))
        return {
            token_id: self._points(answer, start, end) for (token_id,), answer in parted.answers
        }

    def resolution(self, condition_id: str) -> ResolutionDetails | None:
        path = f"/markets/{quote(condition_id, safe='')}"
        call = Call(self._url, path, Family.CLOB_MARKETS, silences=1)
        answer = self._transport.ask(call, self._transport.deadline())
        if isinstance(answer, ErrorAnswer):
            self._counters.skip(SkipReason.EXCHANGE_ERROR)
            return None
        if not isinstance(answer, Mapping) or answer.get("condition_id") != condition_id:
            raise ExchangeUnavailable(f"GET {path}: answered another market")
        return parse_resolution(answer)

    def time(self) -> datetime:
        call = Call(self._url, "/time", Family.TIME)
        answer = self._transport.fetch(call, self._transport.deadline())
        seconds = number(answer, at_least=ZERO, at_most=LAST_SECOND)
        if seconds is None:
            raise ExchangeUnavailable("GET /time: answered no unix time")
        return datetime.fromtimestamp(int(seconds), UTC)

    def _parted(self, call_of: Callable[[Sequence[str]], Call]) -> PartedFetch[str]:
        return PartedFetch(self._transport, call_of, self._transport.deadline())

    def _books_call(self, token_ids: Sequence[str]) -> Call:
        document = [{"token_id": token_id} for token_id in token_ids]
        return Call(self._url, "/books", Family.BOOKS, document=document)

    def _history(self, token_id: str, start: datetime, end: datetime, fidelity: timedelta) -> Call:
        parameters = [
            ("market", token_id),
            ("startTs", str(int(start.timestamp()))),
            ("endTs", str(int(end.timestamp()))),
            ("fidelity", str(fidelity // MINUTE)),
        ]
        return Call(self._url, "/prices-history", Family.PRICES_HISTORY, parameters)

    def _points(self, answer: object, start: datetime, end: datetime) -> tuple[PricePoint, ...]:
        """The points from `start` to before `end`, whatever range the exchange answered."""
        match answer:
            case {"history": list(listed)}:
                points, skipped = parse_history(listed)
            case _:
                raise ExchangeUnavailable("GET /prices-history: answered JSON without a history")
        self._counters.skipped += skipped
        return tuple(point for point in points if start <= point.at < end)


def _chunks(token_ids: Sequence[str], size: int = ENTRIES_A_CALL) -> list[list[str]]:
    tokens = list(dict.fromkeys(token_ids))
    return [tokens[place : place + size] for place in range(0, len(tokens), size)]
