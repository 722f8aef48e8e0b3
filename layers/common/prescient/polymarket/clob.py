"""The CLOB's read routes: books, price histories, resolutions, and its clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from prescient.polymarket.rates import Family
from prescient.polymarket.transport import Call, JsonTransport

ENTRIES_A_CALL = 500  # the exchange refuses a 501st
MINUTE = timedelta(minutes=1)
Document = list[dict[str, str]]


class Clob:
    """Reads the CLOB for a client. Token ids are those of single outcomes."""

    def __init__(self, url: str, transport: JsonTransport, counters: Counters) -> None:
        self._url = url
        self._transport = transport
        self._counters = counters

    def books(self, token_ids: Sequence[str]) -> dict[str, OrderBook]:
        calls = [self._post("/books", Family.BOOKS, _tokens(chunk)) for chunk in _chunks(token_ids)]
        wanted, books = frozenset(token_ids), dict[str, OrderBook]()
        for answer in self._transport.fetch_all(calls, self._transport.deadline()):
            if not isinstance(answer, list):
                raise ExchangeUnavailable("POST /books: answered JSON that is no list")
            found, skipped = parse_books(answer, wanted)
            self._counters.skipped += skipped
            books |= found
        return books

    def price_histories(
        self, token_ids: Sequence[str], start: datetime, end: datetime, fidelity: timedelta
    ) -> dict[str, tuple[PricePoint, ...]]:
        tokens = list(dict.fromkeys(token_ids))
        calls = [self._history(token_id, start, end, fidelity) for token_id in tokens]
        answers = self._transport.fetch_all(calls, self._transport.deadline())
        return {
            token_id: self._points(answer, start, end)
            for token_id, answer in zip(tokens, answers, strict=True)
        }

    def resolution(self, condition_id: str) -> ResolutionDetails:
        path = f"/markets/{quote(condition_id, safe='')}"
        answer = self._get(Call(self._url, path, Family.CLOB_MARKETS))
        if not isinstance(answer, Mapping) or answer.get("condition_id") != condition_id:
            raise ExchangeUnavailable(f"GET {path}: answered another market")
        return parse_resolution(answer)

    def time(self) -> datetime:
        seconds = number(
            self._get(Call(self._url, "/time", Family.TIME)), at_least=ZERO, at_most=LAST_SECOND
        )
        if seconds is None:
            raise ExchangeUnavailable("GET /time: answered no unix time")
        return datetime.fromtimestamp(int(seconds), UTC)

    def _get(self, call: Call) -> object:
        return self._transport.fetch(call, self._transport.deadline())

    def _post(self, path: str, family: Family, document: Document) -> Call:
        return Call(self._url, path, family, document=document)

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


def _tokens(token_ids: Sequence[str]) -> Document:
    return [{"token_id": token_id} for token_id in token_ids]
