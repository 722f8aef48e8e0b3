"""A caller of the local exchange over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import urllib3

from local.exchange.faults import Faults
from local.exchange.limits import Limits
from local.exchange.server import exchange_server
from local.exchange.venue import Venue


class Client:
    """Asks one exchange, once: nothing is retried."""

    def __init__(self, url: str, pool: urllib3.PoolManager) -> None:
        self.url = url
        self._pool = pool

    def get(self, path: str, **query: str) -> Any:
        status, body = self.ask(path, **query)
        assert status == 200, body
        return body

    def ask(self, path: str, **query: str) -> tuple[int, Any]:
        response = self.request("GET", path, fields=query)
        return response.status, response.json()

    def post(self, path: str, body: object) -> tuple[int, Any]:
        response = self.request("POST", path, json=body)
        return response.status, response.json()

    def request(self, method: str, path: str, **arguments: Any) -> urllib3.BaseHTTPResponse:
        return self._pool.request(method, self.url + path, retries=False, **arguments)

    def pages(self, path: str, **query: str) -> Iterator[list[dict[str, Any]]]:
        while True:
            page = self.get(path, **query)
            yield next(value for key, value in page.items() if key != "next_cursor")
            if "next_cursor" not in page:
                return
            query["after_cursor"] = page["next_cursor"]


Serve = Callable[..., Client]


@pytest.fixture(scope="module")
def serve() -> Iterator[Serve]:
    """Opens an exchange for a venue until the module's tests are over."""
    with ExitStack() as opened:
        pool = opened.enter_context(urllib3.PoolManager())

        def open_exchange(
            venue: Venue, *, faults: Faults | None = None, limits: Limits | None = None
        ) -> Client:
            server = exchange_server(venue, faults=faults, limits=limits)
            return Client(opened.enter_context(server).url, pool)

        yield open_exchange


@pytest.fixture(scope="module")
def client(venue: Venue, serve: Serve) -> Client:
    """Asks an exchange for the `venue` of the module."""
    return serve(venue)
