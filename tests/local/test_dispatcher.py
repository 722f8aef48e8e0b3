"""Invocations behave as on Lambda: JSON in and out, failures described, environments reused."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from local.aws.dispatcher import Dispatcher, UnknownFunction
from local.aws.template import Function

_APP = """
class ClaimLost(Exception):
    pass


class Handler:
    def bound_to(self, environment):
        def handle(event, context):
            match event:
                case {"raise": message}:
                    raise ClaimLost(message)
                case {"answer": "set"}:
                    return {1, 2}
                case {"wait": _}:
                    environment.barrier.wait(timeout=5)
            return {
                "event": event,
                "variables": environment.variables,
                "environment": environment.number,
                "name": context.function_name,
                "milliseconds": context.get_remaining_time_in_millis(),
            }

        return handle


handler = Handler()
"""


class FakeEnvironments:
    """Counts the environments that were opened and closed."""

    def __init__(self) -> None:
        self.opened: list[FakeEnvironment] = []
        self.barrier = threading.Barrier(2)

    def open(self, variables: Mapping[str, str]) -> FakeEnvironment:
        self.opened.append(FakeEnvironment(variables, len(self.opened), self.barrier))
        return self.opened[-1]


class FakeEnvironment:
    def __init__(
        self, variables: Mapping[str, str], number: int, barrier: threading.Barrier
    ) -> None:
        self.variables = dict(variables)
        self.number = number
        self.barrier = barrier
        self.closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def environments() -> FakeEnvironments:
    return FakeEnvironments()


@pytest.fixture
def dispatcher(tmp_path: Path, environments: FakeEnvironments) -> Dispatcher:
    (tmp_path / "app.py").write_text(_APP)
    variables = {"GAMMA_URL": "https://exchange", "CLOCK": "system"}
    functions = {
        name: Function(name, tmp_path, "app.handler", timeout=30, memory=512, variables=variables)
        for name in ("FilterFunction", "SignalFunction")
    }
    return Dispatcher(functions, environments.open, overrides={"CLOCK": "exchange"})


def test_a_handler_sees_its_own_variables(dispatcher: Dispatcher) -> None:
    payload = dispatcher.invoke("FilterFunction", {}).payload
    assert payload["variables"] == {"GAMMA_URL": "https://exchange", "CLOCK": "exchange"}


def test_a_function_is_found_by_its_arn(dispatcher: Dispatcher) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:FilterFunction"
    assert dispatcher.invoke(arn, {}).payload["name"] == "FilterFunction"


def test_an_unknown_function_is_no_answer(dispatcher: Dispatcher) -> None:
    with pytest.raises(UnknownFunction, match="no function Missing"):
        dispatcher.invoke("Missing", {})


def test_a_handler_knows_its_time_limit(dispatcher: Dispatcher) -> None:
    assert 25_000 < dispatcher.invoke("FilterFunction", {}).payload["milliseconds"] <= 30_000


def test_a_failure_is_described_as_by_lambda(dispatcher: Dispatcher) -> None:
    invocation = dispatcher.invoke("FilterFunction", {"raise": "another cycle runs it"})
    assert invocation.function_error == "Unhandled"
    assert invocation.payload["errorType"] == "ClaimLost"
    assert invocation.payload["errorMessage"] == "another cycle runs it"
    assert any("app.py" in line for line in invocation.payload["stackTrace"])


def test_a_result_that_is_no_json_is_a_failure(dispatcher: Dispatcher) -> None:
    invocation = dispatcher.invoke("FilterFunction", {"answer": "set"})
    assert invocation.function_error == "Unhandled"
    assert invocation.payload["errorType"] == "Runtime.MarshalError"


def test_an_event_is_what_json_makes_of_it(dispatcher: Dispatcher) -> None:
    event = {"ids": (1, 2), 3: "three"}
    assert dispatcher.invoke("FilterFunction", event).payload["event"] == json.loads(
        json.dumps(event)
    )


def test_an_idle_environment_is_used_again_even_after_a_failure(
    dispatcher: Dispatcher, environments: FakeEnvironments
) -> None:
    for event in ({}, {"raise": "once"}, {}):
        dispatcher.invoke("FilterFunction", event)
    assert len(environments.opened) == 1


def test_functions_share_no_environment(
    dispatcher: Dispatcher, environments: FakeEnvironments
) -> None:
    dispatcher.invoke("FilterFunction", {})
    dispatcher.invoke("SignalFunction", {})
    assert len(environments.opened) == 2


def test_concurrent_invocations_have_environments_of_their_own(dispatcher: Dispatcher) -> None:
    def invoke(_: int) -> Any:
        return dispatcher.invoke("FilterFunction", {"wait": True}).payload["environment"]

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(invoke, range(2))) == [0, 1]


def test_closing_closes_the_environments(
    dispatcher: Dispatcher, environments: FakeEnvironments
) -> None:
    dispatcher.invoke("FilterFunction", {})
    dispatcher.close()
    assert [environment.closed for environment in environments.opened] == [True]
