"""The stack of the laptop on a database of the test's own and a simulated exchange with faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from werkzeug.wrappers import Request, Response

from local.aws.stack import Stack
from local.exchange import server
from local.exchange.simulated import SimulatedVenue
from local.http_server import HttpServer
from prescient.polymarket.transport import JsonTransport
from tests.workflow.desk import Desk


class FaultyExchange:
    """A simulated exchange that answers with `fault` while one is set."""

    def __init__(self) -> None:
        self.venue = SimulatedVenue()
        self.fault: Callable[[Response], Response] | None = None

    def respond(self, request: Request) -> Response:
        healthy = server.respond(self.venue, request)
        if self.fault is None or request.path == "/time":
            return healthy
        return self.fault(healthy)


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries happen as configured, without the time between them."""
    without_sleep = SimpleNamespace(sleep=lambda seconds: None)
    monkeypatch.setattr(retrier_decl, "time", without_sleep)
    monkeypatch.setattr(JsonTransport, "_backoff", lambda transport, attempt: 0.0)


@pytest.fixture
def exchange() -> FaultyExchange:
    return FaultyExchange()


@pytest.fixture
def stack(database_url: str, exchange: FaultyExchange) -> Iterator[Stack]:
    with HttpServer(exchange.respond) as http, Stack(database_url, http.url) as opened:
        yield opened


@pytest.fixture
def desk(database_url: str, stack: Stack, exchange: FaultyExchange) -> Iterator[Desk]:
    """Four portfolios, and what a test asks about them."""
    with Desk(database_url, stack, exchange.venue) as opened:
        yield opened
