"""A simulated exchange on real servers, whose answers go wrong as a test says.

What `local.exchange.faults` can switch on is switched there. Two things more go wrong here: the
connection is reset, and rows are dropped or have lost a key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from werkzeug.wrappers import Request

from local.exchange.faults import Fault, Faults
from local.exchange.server import Exchange, exchange_server
from local.exchange.simulated import SimulatedVenue
from local.exchange.venue import Row
from tests.polymarket.server import RESET, Answer, ScriptedExchange, serving_exchange

Change = Callable[[Row], Row | None]
TOPICS = 24


class ChangedVenue(SimulatedVenue):
    """A change happens to the markets, or the order books, whose ids are odd; None drops them."""

    change_market: Change | None = None
    change_book: Change | None = None

    def events(self) -> Sequence[Row]:
        if self.change_market is None:
            return super().events()
        return [
            {**event, "markets": [*_changed(event["markets"], "id", self.change_market)]}
            for event in super().events()
        ]

    def books(self, token_ids: Sequence[str]) -> Mapping[str, Row]:
        books = super().books(token_ids)
        if self.change_book is None:
            return books
        changed = _changed(books.values(), "asset_id", self.change_book)
        return {str(place): book for place, book in enumerate(changed)}


def _changed(rows: Iterable[Row], identity: str, change: Change) -> Iterator[Row]:
    for row in rows:
        changed = change(row) if int(row[identity]) % 2 else row
        if changed is not None:
            yield changed


def dropped(_: Row) -> Row | None:
    return None


def without(*keys: str) -> Change:
    """A change that takes these keys away."""
    return lambda row: {key: value for key, value in row.items() if key not in keys}


class ResettingExchange(ScriptedExchange):
    """Resets the next `resets` connections that ask for `path`, and answers the others."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__([RESET])
        self._exchange = exchange
        self.path, self.resets = "", 0

    def next_answer(self, target: str, document: bytes, client_port: int) -> Answer:
        if urlsplit(target).path.startswith(self.path) and self.resets > 0:
            self.resets -= 1
            return super().next_answer(target, document, client_port)
        healthy = self._exchange.respond(
            Request.from_values(target, method="POST" if document else "GET", data=document)
        )
        return Answer(healthy.get_data(), healthy.status_code)


@dataclass(frozen=True)
class FaultyExchange:
    """One exchange behind two servers: `url` has `faults`, `resetting` ends connections."""

    venue: ChangedVenue
    faults: Faults
    url: str
    resetting: ResettingExchange

    def go_wrong(self, path: str, times: int | None, **fault: Any) -> None:
        """Switch a fault on for the next answers to `path`, for all where `times` is None."""
        self.faults.add(Fault.model_validate({**fault, "path": path, "times": times}))

    def reset(self, path: str, times: int | None) -> None:
        """Reset the next connections that ask for `path`, all where `times` is None."""
        self.resetting.path, self.resetting.resets = path, times or 1_000

    def change_rows(self, change: Change, path: str) -> None:
        """Change half of the order books where `path` is theirs, else half of the markets."""
        if path == "/books":
            self.venue.change_book = change
        else:
            self.venue.change_market = change

    def recover(self) -> None:
        """Be healthy again."""
        self.faults.clear()
        self.resetting.resets = 0
        self.venue.change_market = self.venue.change_book = None


@contextmanager
def faulty_exchange() -> Iterator[FaultyExchange]:
    """A small exchange that is healthy at first."""
    venue, faults = ChangedVenue(topics=TOPICS), Faults()
    resetting = ResettingExchange(Exchange(venue))
    with exchange_server(venue, faults=faults) as server, serving_exchange(resetting):
        yield FaultyExchange(venue, faults, server.url, resetting)
