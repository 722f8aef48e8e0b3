"""The served API with some portfolios that have traded, for a tool that asks it anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from local.aws import token
from local.aws.stack import Stack
from local.exchange.server import exchange_server
from local.exchange.simulated import SimulatedVenue
from local.http_server import HttpServer


class Served:
    """Where the API is, and a token with every scope."""

    def __init__(self, url: str, bearer: str) -> None:
        self.url = url
        self.bearer = bearer


@pytest.fixture
def served(database_url: str) -> Iterator[Served]:
    key = token.new_key()
    with (
        exchange_server(SimulatedVenue()) as exchange,
        Stack(database_url, exchange.url, key=key) as stack,
        HttpServer(stack.gateway.respond) as api,
    ):
        for strategy in ("momentum", "random", "hybrid"):
            body = {"name": strategy, "strategy_type": strategy, "initial_balance": 10000}
            assert stack.call("POST", "/portfolios/create", body).status_code == 200
        stack.run_cycle(datetime.now(UTC))
        yield Served(api.url, token.signed(key, "admin"))
