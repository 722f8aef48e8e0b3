"""How a request for a cycle starts it once, waits for it, and tells how it ended."""

from __future__ import annotations

from typing import Any

import pytest

from prescient.core.errors import StateMachineUnavailable, TooManyExecutions
from prescient.core.portfolio.portfolios import PortfolioId
from tests.api.client import Client, sample

RUN_ONE = "/trading/run-portfolio-cycle"
RUN_ALL = "/trading/run-all-portfolios"


@pytest.mark.parametrize("route", [RUN_ONE, RUN_ALL])
def test_a_long_cycle_is_answered_with_where_to_find_it(client: Client, route: str) -> None:
    client.create()
    client.machine.hangs = True
    answer = client.post(route)
    assert answer.status == 202
    assert answer.json == {
        "message": "Trading cycle 1 is still running",
        "cycle_id": 1,
        "status": "running",
        "url": "/trading/cycles/1",
    }
    assert client.time.seconds == pytest.approx(20)
    assert max(client.time.sleeps) <= 1
    assert client.get(answer.json["url"]).json["cycle"]["status"] == "running"


def test_it_waits_no_longer_than_the_setting(client: Client) -> None:
    impatient = Client(client.world, CYCLE_WAIT_SECONDS="0")
    impatient.machine.hangs = True
    impatient.create()
    assert impatient.post(RUN_ALL).status == 202
    assert impatient.time.sleeps == []
    impatient.environment.close()


def test_a_cycle_that_ends_while_the_request_waits(client: Client) -> None:
    client.create()
    client.machine.hangs = True
    sleep = client.time.sleep

    def work(seconds: float) -> None:
        sleep(seconds)
        if len(client.time.sleeps) == 3:
            client.machine.run(*client.machine.started[0])

    client.handler._sleep = work
    respond = client.handler.bound_to(client.environment)
    answer = respond(sample("run_portfolio_cycle"), None)
    assert answer["statusCode"] == 200
    assert len(client.time.sleeps) == 3


def test_no_transaction_is_open_while_it_sleeps(client: Client) -> None:
    client.create()
    client.machine.hangs = True
    states: list[str] = []

    def look(seconds: float) -> None:
        client.time.sleep(seconds)
        found = client.world.rows(
            "SELECT state FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        states.extend(row["state"] for row in found)

    client.handler._sleep = look
    client.handler.bound_to(client.environment)(sample("run_portfolio_cycle"), None)
    assert states
    assert set(states) == {"idle"}


def test_a_cycle_that_failed_for_the_exchange(client: Client) -> None:
    client.create()
    client.world.exchange.pages_before_failure = 0
    answer = client.post(RUN_ALL)
    assert (answer.status, answer.json["code"]) == (503, "exchange_unavailable")
    assert answer.json["message"] == "ExchangeUnavailable: GET /events/keyset: answered HTML"
    assert answer.headers["Retry-After"] == "5"
    assert client.world.state(PortfolioId(1)).trade_count == 0


def test_a_cycle_that_failed_for_another_reason(client: Client) -> None:
    client.create()
    client.machine.hangs = True
    headers = {"idempotency-key": "k"}
    cycle_id = client.post(RUN_ONE, headers=headers).json["cycle_id"]
    client.world.close(cycle_id, error={"Error": "States.Timeout", "Cause": "filter took 330 s"})
    answer = client.post(RUN_ONE, headers=headers)
    assert (answer.status, answer.json["code"]) == (500, "cycle_failed")
    assert answer.json["message"] == "States.Timeout: filter took 330 s"


def test_a_repeated_request_gets_the_same_cycle(client: Client) -> None:
    client.create()
    first = client.send(sample("run_portfolio_cycle"))
    again = client.send(sample("run_portfolio_cycle"))
    assert first.json == again.json
    assert len(client.machine.started) == 1
    name, _ = client.machine.started[0]
    assert name.startswith("api-")
    assert len(name) <= 80


def test_it_does_so_whatever_became_of_the_portfolio(client: Client) -> None:
    client.create()
    headers = {"idempotency-key": "k"}
    first = client.post(RUN_ONE, headers=headers).json["results"]["cycle_id"]
    client.patch("/portfolios/1", {"status": "paused"})
    assert client.post(RUN_ONE, headers=headers).json["results"]["cycle_id"] == first


def test_a_repeated_request_waits_for_the_running_cycle(client: Client) -> None:
    client.create()
    client.machine.hangs = True
    headers = {"idempotency-key": "k"}
    assert client.post(RUN_ALL, headers=headers).status == 202
    client.machine.run(*client.machine.started[0])
    assert client.post(RUN_ALL, headers=headers).json["cycle_id"] == 1
    assert len(client.machine.started) == 1


def test_a_key_with_other_parameters_is_a_conflict(client: Client) -> None:
    client.create()
    headers = {"idempotency-key": "k"}
    client.post(RUN_ALL, headers=headers)
    answer = client.post(f"{RUN_ALL}?min_volume=7", headers=headers)
    assert (answer.status, answer.json["code"]) == (409, "idempotency_conflict")
    assert client.post(RUN_ONE, headers=headers).status == 200, "another route, another request"


def test_requests_without_a_key_run_a_cycle_each(client: Client) -> None:
    client.create()
    assert [client.post(RUN_ALL).json["cycle_id"] for _ in range(2)] == [1, 2]


REFUSALS: list[tuple[Any, int, str]] = [
    (TooManyExecutions("wait"), 429, "too_many_executions"),
    (StateMachineUnavailable("gone"), 503, "state_machine_unavailable"),
]


@pytest.mark.parametrize(("refusal", "status", "code"), REFUSALS)
def test_a_cycle_that_could_not_start_is_closed(
    client: Client, refusal: Any, status: int, code: str
) -> None:
    client.create()
    client.machine.refusal = refusal
    answer = client.post(RUN_ALL)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert "Retry-After" in answer.headers
    row = client.world.row("SELECT status, error FROM trading_cycles")
    assert row == {"status": "failed", "error": f"{type(refusal).__name__}: {refusal}"}


def test_with_a_key_the_next_attempt_starts_it(client: Client) -> None:
    client.create()
    headers = {"idempotency-key": "k"}
    client.machine.refusal = StateMachineUnavailable("gone")
    assert client.post(RUN_ALL, headers=headers).status == 503
    client.machine.refusal = None
    answer = client.post(RUN_ALL, headers=headers)
    assert (answer.status, answer.json["cycle_id"]) == (200, 1)
