"""Many environments in one process, each with its own database, clock and request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from local.postgres import databases
from local.postgres.server import Postgres
from prescient.api.application import Application
from prescient.runtime import entry
from prescient.runtime.environment import Environment
from prescient.runtime.http import HttpHandler
from prescient.runtime.settings import Settings
from tests.api.client import Client, portfolio, request, sample
from tests.world import World


@pytest.fixture
def other(postgres_server: Postgres, template_database: str) -> Iterator[Client]:
    url = databases.create(postgres_server.url("another_environment"), template=template_database)
    world = World(url)
    world.clock.now += timedelta(days=1)
    made = Client(world)
    yield made
    made.environment.close()
    world.disconnect()
    databases.drop(url)


def test_environments_share_nothing(client: Client, other: Client) -> None:
    client.create(name="Here")
    other.create(name="There")
    assert client.get("/portfolios/1").json["portfolio"]["name"] == "Here"
    assert other.get("/portfolios/1").json["portfolio"]["name"] == "There"
    assert client.get("/health/details").json["clock"] == "2026-03-01T12:00:00+00:00"
    assert other.get("/health/details").json["clock"] == "2026-03-02T12:00:00+00:00"


def test_one_answers_while_another_waits(client: Client, other: Client) -> None:
    """The waiting request keeps its own event, claims and context."""
    client.create(name="Here")
    other.create(name="There")
    client.machine.hangs = True
    waiting, go_on = threading.Event(), threading.Event()

    def wait(seconds: float) -> None:
        client.time.sleep(seconds)
        waiting.set()
        assert go_on.wait(10)

    client.handler._sleep = wait
    respond = client.handler.bound_to(client.environment)
    event = sample("run_portfolio_cycle")
    event["requestContext"]["requestId"] = "slow"
    answers: list[dict[str, Any]] = []
    caller = threading.Thread(target=lambda: answers.append(respond(event, None)))
    caller.start()
    assert waiting.wait(10)
    assert other.get("/portfolios/1").json["portfolio"]["name"] == "There"
    assert other.get("/portfolios/9").json["request_id"] == "request-1"
    assert other.get("/portfolios/1", scope=None).status == 401
    client.world.close(1, error={"Error": "Broken", "Cause": "by hand"})
    go_on.set()
    caller.join(10)
    assert answers[0]["statusCode"] == 500
    assert '"request_id":"slow"' in answers[0]["body"]


def test_many_at_once(client: Client, other: Client) -> None:
    def call(own: Client, name: str, wrong: list[str]) -> None:
        for number in range(30):
            event = request("GET", f"/portfolios/{number + 100}")
            event["requestContext"]["requestId"] = f"{name}-{number}"
            text = own.send(event).text
            if f'"request_id":"{name}-{number}"' not in text or f" {number + 100} " not in text:
                wrong.append(text)

    wrong: list[str] = []
    callers = [
        threading.Thread(target=call, args=(own, name, wrong))
        for own, name in ((client, "a"), (other, "b"))
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert wrong == []


def test_on_lambda_the_process_has_the_environment(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Environment] = []

    def open_environment(settings: Settings) -> Environment:
        opened.append(Environment(settings))
        return opened[-1]

    monkeypatch.setattr(entry, "Environment", open_environment)
    monkeypatch.setenv("DATABASE_URL", database_url)
    handler = HttpHandler(Application)
    created = handler(request("POST", "/portfolios/create", portfolio()), None)
    assert created["statusCode"] == 200
    assert handler(sample("get_portfolio"), None)["statusCode"] == 200
    (environment,) = opened
    environment.close()
