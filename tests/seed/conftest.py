"""A stack of its own for each module of the plan, at one address; requests carry a token."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from requests.utils import default_headers
from werkzeug.wrappers import Request, Response

from local.aws import token
from local.aws.stack import Stack
from local.exchange.server import exchange_server
from local.exchange.simulated import SimulatedVenue
from local.http_server import HttpServer
from tests.seed import operations
from tests.seed.address import listener

PORTFOLIOS_THAT_THE_PLAN_TAKES_FOR_GRANTED = 5


@pytest.fixture(scope="session")
def door() -> Iterator[SimpleNamespace]:
    """The server, whose `stack` is that of the test at work."""
    behind = SimpleNamespace(stack=None)

    def respond(request: Request) -> Response:
        answer: Response = behind.stack.gateway.respond(request)
        return answer

    with HttpServer(respond, listener=listener()):
        yield behind


@pytest.fixture(scope="module", autouse=True)
def stack(
    door: SimpleNamespace, shared_database_url: str, request: pytest.FixtureRequest
) -> Iterator[None]:
    key = token.new_key()
    headers = {**default_headers(), "Authorization": f"Bearer {token.signed(key, 'trade')}"}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("requests.sessions.default_headers", lambda: headers)
        patched.setattr(operations, "DATABASE_URL", shared_database_url)
        yield from _opened(door, shared_database_url, key, request.path.name)


def _opened(door: SimpleNamespace, database_url: str, key: str, module: str) -> Iterator[None]:
    with (
        exchange_server(SimulatedVenue()) as exchange,
        Stack(database_url, exchange.url, key=key) as opened,
    ):
        door.stack = opened
        if "performance" in module:
            for number in range(PORTFOLIOS_THAT_THE_PLAN_TAKES_FOR_GRANTED):
                operations.create_portfolio(
                    {"name": f"{number}", "strategy_type": "momentum", "initial_balance": 10000}
                )
        yield
