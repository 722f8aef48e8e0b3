"""The paths through the real definition, with functions that are told what to answer.

Moto interprets the definition; tests/workflow runs the same definition with the real handlers.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

from tests.template.conftest import ROOT

Answer = dict[str, Any] | str  # a result, or the name of an error


@dataclass
class Functions:
    """Answers for every function and a record of what they were asked."""

    portfolio_ids: list[int] = field(default_factory=lambda: [1, 2, 3])
    answers: dict[tuple[str, int | None], list[Answer]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def invoke(self, parameters: dict[str, Any], **_: Any) -> dict[str, Any]:
        name = parameters["FunctionName"].rsplit(":", 1)[1].removesuffix("Function")
        event = json.loads(parameters["Payload"])
        if name == "Cycle":
            name = event["action"]
        with self.lock:
            self.calls.append((name, event))
            prepared = self.answers.get((name, event.get("portfolio_id")))
            answer = prepared.pop(0) if prepared else self._usual(name)
        if isinstance(answer, str):
            payload = {"errorType": answer, "errorMessage": "told to fail"}
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": payload}
        return {"StatusCode": 200, "Payload": answer}

    def _usual(self, name: str) -> Answer:
        usual: dict[str, Answer] = {
            "open": {"cycle_id": 7, "max_concurrency": 2},
            "close": {"cycle_id": 7, "status": "completed"},
            "Filter": {"cycle_id": 7, "portfolio_ids": self.portfolio_ids},
            "Signal": {"status": "running"},
        }
        return usual.get(name, {})

    def steps_of(self, portfolio_id: int) -> list[str]:
        return [name for name, event in self.calls if event.get("portfolio_id") == portfolio_id]

    def event(self, name: str) -> dict[str, Any]:
        [event] = [event for called, event in self.calls if called == name]
        return event


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Functions:
    functions = Functions()

    def invoke(parameters: dict[str, Any], region: str, state_credentials: Any) -> Any:
        return functions.invoke(parameters)

    monkeypatch.setattr(lambda_eval_utils, "_invoke_lambda_function", invoke)
    return functions


Run = Callable[[], dict[str, Any]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs one execution named `sample` to its end and answers its description."""
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    text = (ROOT / "statemachines/trading_cycle.asl.json").read_text(encoding="utf-8")
    arn = r"arn:aws:lambda:us-east-1:123456789012:function:\1"
    definition = re.sub(r"\$\{(\w+)Arn\}", arn, text)
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        client = boto3.client("stepfunctions", region_name="us-east-1")
        machine = client.create_state_machine(
            name="trading-cycle",
            definition=definition,
            roleArn="arn:aws:iam::123456789012:role/any",
        )

        def execution() -> dict[str, Any]:
            started = client.start_execution(
                stateMachineArn=machine["stateMachineArn"],
                name="sample",
                input='{"scheduled_at": "2026-11-23T12:00:00Z"}',
            )
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                described = client.describe_execution(executionArn=started["executionArn"])
                if described["status"] != "RUNNING":
                    return dict(described)
                time.sleep(0.02)
            pytest.fail("the execution did not end")

        yield execution


def test_each_portfolio_takes_its_three_steps(run: Run, functions: Functions) -> None:
    execution = run()
    assert execution["status"] == "SUCCEEDED"
    assert json.loads(execution["output"]) == {"cycle_id": 7, "status": "completed"}
    assert functions.event("open") == {
        "action": "open",
        "execution_name": "sample",
        "request": {"scheduled_at": "2026-11-23T12:00:00Z"},
    }
    for portfolio_id in (1, 2, 3):
        assert functions.steps_of(portfolio_id) == ["Signal", "Execute", "Snapshot"]
    assert functions.calls[-1] == ("close", {"action": "close", "cycle_id": 7})


def test_a_skipped_portfolio_takes_no_further_step(run: Run, functions: Functions) -> None:
    functions.answers = {("Signal", 1): [{"status": "skipped", "reason": "claimed"}]}
    assert run()["status"] == "SUCCEEDED"
    assert functions.steps_of(1) == ["Signal"]
    assert functions.steps_of(2) == functions.steps_of(3) == ["Signal", "Execute", "Snapshot"]


def test_a_failed_portfolio_is_recorded_and_the_others_go_on(
    run: Run, functions: Functions
) -> None:
    functions.answers = {("Execute", 2): ["ClaimLost"]}
    assert run()["status"] == "SUCCEEDED"
    assert functions.steps_of(2) == ["Signal", "Execute", "record_failure"]
    assert functions.event("record_failure")["error"]["Error"] == "ClaimLost"
    assert functions.steps_of(1) == functions.steps_of(3) == ["Signal", "Execute", "Snapshot"]


def test_an_unrecorded_failure_leaves_the_others_running(run: Run, functions: Functions) -> None:
    functions.answers = {
        ("Signal", 1): ["InvalidRequest"],
        ("record_failure", 1): ["SchemaVersionMismatch"],
    }
    assert run()["status"] == "SUCCEEDED"
    assert functions.steps_of(1) == ["Signal", "record_failure"]
    assert functions.steps_of(3) == ["Signal", "Execute", "Snapshot"]


def test_a_failed_filter_closes_its_cycle_and_fails(run: Run, functions: Functions) -> None:
    functions.answers = {("Filter", None): ["SchemaVersionMismatch"]}
    execution = run()
    assert (execution["status"], execution["error"]) == ("FAILED", "CycleFailed")
    assert "SchemaVersionMismatch" in execution["cause"]
    assert functions.event("close")["error"]["Error"] == "SchemaVersionMismatch"
    assert functions.steps_of(1) == []


def test_a_cycle_without_portfolios_closes(run: Run, functions: Functions) -> None:
    functions.portfolio_ids = []
    assert run()["status"] == "SUCCEEDED"
    assert [name for name, _ in functions.calls] == ["open", "Filter", "close"]


def test_a_lost_connection_is_tried_again(run: Run, functions: Functions) -> None:
    functions.portfolio_ids = [1]
    functions.answers = {("Snapshot", 1): ["DatabaseUnavailable", {}]}
    assert run()["status"] == "SUCCEEDED"
    assert functions.steps_of(1) == ["Signal", "Execute", "Snapshot", "Snapshot"]
