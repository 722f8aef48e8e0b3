"""The real definition in the interpreter, with functions that remember their calls."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from local.aws.dispatcher import Invocation
from local.aws.state_machine import LocalStateMachine
from local.aws.template import read_template

MACHINE = read_template({"Stage": "dev", "DatabaseUrl": "postgresql:///none"}).state_machine


class Steps:
    """Stands for all functions. `failures` are error types by function and chunk."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.failures: dict[tuple[str, str | None], str] = {}
        self._lock = threading.Lock()

    def invoke(self, function: str, event: dict[str, Any]) -> Invocation:
        name = function.removesuffix(":live").rsplit(":", 1)[-1].removesuffix("Function")
        with self._lock:
            self.calls.append((name, event))
        portfolio_ids = event.get("portfolio_ids")
        if error := self.failures.get((name, portfolio_ids)):
            return Invocation({"errorMessage": "why", "errorType": error}, "Unhandled")
        match name, event:
            case "Cycle", {"action": "open"}:
                return Invocation({"cycle_id": 5, "max_concurrency": 2})
            case "Cycle", {"action": "close"}:
                return Invocation({"cycle_id": 5, "status": "completed"})
            case "Filter", _:
                return Invocation({"chunks": ["1-2", "3-4", "5"]})
        return Invocation({"portfolio_ids": portfolio_ids})

    def count(self) -> Counter[str]:
        return Counter(event["action"] if name == "Cycle" else name for name, event in self.calls)


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def machine(steps: Steps) -> Iterator[LocalStateMachine]:
    with LocalStateMachine(MACHINE, steps) as opened:
        yield opened


def test_every_chunk_goes_through_every_step(machine: LocalStateMachine, steps: Steps) -> None:
    execution = machine.run("cycle-1", {"scheduled_at": "2026-03-02T00:00:00Z"})
    assert (execution.status, execution.output) == (
        "SUCCEEDED",
        {"cycle_id": 5, "status": "completed"},
    )
    opened = {
        "action": "open",
        "execution_name": "cycle-1",
        "request": {"scheduled_at": "2026-03-02T00:00:00Z"},
    }
    assert steps.calls[0] == ("Cycle", opened)
    each = {"open": 1, "Filter": 1, "Signal": 3, "Execute": 3, "Snapshot": 3, "close": 1}
    assert steps.count() == each


def test_a_failed_chunk_is_recorded_and_the_others_go_on(
    machine: LocalStateMachine, steps: Steps
) -> None:
    steps.failures["Execute", "3-4"] = "SchemaVersionMismatch"
    assert machine.run("cycle-1", {}).status == "SUCCEEDED"
    (recorded,) = [event for _, event in steps.calls if event.get("action") == "record_failure"]
    assert recorded["portfolio_ids"] == "3-4"
    assert recorded["error"]["Error"] == "SchemaVersionMismatch"
    assert '"errorMessage":"why"' in recorded["error"]["Cause"]
    assert steps.count()["Snapshot"] == 2


def test_a_failed_filter_closes_the_cycle_as_failed(
    machine: LocalStateMachine, steps: Steps
) -> None:
    steps.failures["Filter", None] = "SchemaVersionMismatch"
    execution = machine.run("cycle-1", {})
    assert execution.status == "FAILED"
    closing = steps.calls[-1][1]
    assert closing["action"] == "close"
    assert closing["error"]["Error"] == "SchemaVersionMismatch"
    assert steps.count()["Signal"] == 0


def test_executions_can_be_started_through_the_api_of_aws(
    machine: LocalStateMachine, steps: Steps
) -> None:
    client = boto3.client("stepfunctions")
    client.start_execution(stateMachineArn=MACHINE.arn, name="by-hand", input="{}")
    execution = machine.wait("by-hand")
    assert (execution.name, execution.status) == ("by-hand", "SUCCEEDED")
