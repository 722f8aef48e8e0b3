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
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

from prescient.usecases.support import chunks
from tests.template.conftest import ROOT

Answer = dict[str, Any] | str  # a result, or the name of an error


@dataclass
class Functions:
    """Answers for every function, by the first portfolio that it is asked for, and the calls."""

    chunks: list[list[int]] = field(default_factory=lambda: [[1, 2], [3, 4], [5]])
    answers: dict[tuple[str, int | None], list[Answer]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def invoke(self, parameters: dict[str, Any], **_: Any) -> dict[str, Any]:
        name = parameters["FunctionName"].split(":")[6].removesuffix("Function")
        event = json.loads(parameters["Payload"])
        if name == "Cycle":
            name = event["action"]
        with self.lock:
            self.calls.append((name, event))
            prepared = self.answers.get((name, _first(event)))
            answer = prepared.pop(0) if prepared else self._usual(name, event)
        if isinstance(answer, str):
            payload = {"errorType": answer, "errorMessage": "told to fail"}
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": payload}
        return {"StatusCode": 200, "Payload": answer}

    def _usual(self, name: str, event: dict[str, Any]) -> Answer:
        usual: dict[str, Answer] = {
            "open": {"cycle_id": 7, "max_concurrency": 2},
            "close": {"cycle_id": 7, "status": "completed"},
            "Filter": {"cycle_id": 7, "chunks": self.chunks},
        }
        return usual.get(name) or {"portfolio_ids": event.get("portfolio_ids"), "failed": 0}

    def steps_of(self, portfolio_id: int) -> list[str]:
        """The steps of the chunk that begins with this portfolio."""
        return [name for name, event in self.calls if _first(event) == portfolio_id]

    def asked(self, name: str, portfolio_id: int) -> list[tuple[list[int], int]]:
        """The portfolios and the attempts of a step of the chunk that begins with this one."""
        return [
            (event["portfolio_ids"], event["attempt"])
            for called, event in self.calls
            if called == name and _first(event) == portfolio_id
        ]

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


def _first(event: dict[str, Any]) -> int | None:
    return next(iter(event.get("portfolio_ids", [])), None)


Run = Callable[[], dict[str, Any]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs one execution named `sample` to its end and answers its description."""
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    text = (ROOT / "statemachines/trading_cycle.asl.json").read_text(encoding="utf-8")
    arn = r"arn:aws:lambda:us-east-1:123456789012:function:\1"
    definition = re.sub(r"\$\{(\w+)Arn\}", arn, text)
    # Moto interprets no others; AWS is asked for Express ones, which cost no transitions.
    definition = definition.replace("${ChildExecutionType}", "STANDARD")
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


STEPS = ["Signal", "Execute", "Snapshot"]


def test_each_chunk_takes_its_three_steps(run: Run, functions: Functions) -> None:
    execution = run()
    assert execution["status"] == "SUCCEEDED"
    assert json.loads(execution["output"]) == {"cycle_id": 7, "status": "completed"}
    assert functions.event("open") == {
        "action": "open",
        "execution_name": "sample",
        "request": {"scheduled_at": "2026-11-23T12:00:00Z"},
    }
    for chunk in functions.chunks:
        assert functions.steps_of(chunk[0]) == STEPS
        for step in STEPS:
            assert functions.asked(step, chunk[0]) == [(chunk, 0)]
    closing = {"action": "close", "execution_name": "sample", "cycle_id": 7}
    assert functions.calls[-1] == ("close", closing)


def test_a_step_is_taken_for_those_that_the_step_before_left(
    run: Run, functions: Functions
) -> None:
    functions.answers = {
        ("Signal", 1): [{"portfolio_ids": [2], "failed": 1}],
        ("Execute", 3): [{"portfolio_ids": [3], "failed": 0}],
    }
    assert run()["status"] == "SUCCEEDED"
    assert functions.asked("Execute", 2) == functions.asked("Snapshot", 2) == [([2], 0)]
    assert functions.asked("Execute", 3) == [([3, 4], 0)]
    assert functions.asked("Snapshot", 3) == [([3], 0)]
    assert functions.steps_of(5) == STEPS


def test_a_failed_chunk_is_recorded_and_the_others_go_on(run: Run, functions: Functions) -> None:
    functions.answers = {("Execute", 3): ["SchemaVersionMismatch"]}
    assert run()["status"] == "SUCCEEDED"
    assert functions.steps_of(3) == ["Signal", "Execute", "record_failure"]
    recorded = functions.event("record_failure")
    assert recorded["portfolio_ids"] == [3, 4]
    assert recorded["error"]["Error"] == "SchemaVersionMismatch"
    assert functions.steps_of(1) == functions.steps_of(5) == STEPS


def test_an_unrecorded_failure_leaves_the_others_running(run: Run, functions: Functions) -> None:
    functions.answers = {
        ("Signal", 1): ["InvalidRequest"],
        ("record_failure", 1): ["SchemaVersionMismatch"],
    }
    assert run()["status"] == "SUCCEEDED"
    assert functions.steps_of(1) == ["Signal", "record_failure"]
    assert functions.steps_of(3) == functions.steps_of(5) == STEPS
    assert functions.calls[-1][0] == "close"


def test_a_failed_filter_closes_its_cycle_and_fails(run: Run, functions: Functions) -> None:
    functions.answers = {("Filter", None): ["TooManyPortfolios"]}
    execution = run()
    assert (execution["status"], execution["error"]) == ("FAILED", "CycleFailed")
    assert "TooManyPortfolios" in execution["cause"]
    assert functions.event("close")["error"]["Error"] == "TooManyPortfolios"
    assert functions.steps_of(1) == []


def test_a_cycle_without_portfolios_closes(run: Run, functions: Functions) -> None:
    functions.chunks = []
    assert run()["status"] == "SUCCEEDED"
    assert [name for name, _ in functions.calls] == ["open", "Filter", "close"]


def test_a_transient_error_is_tried_again_and_the_step_told_how_often(
    run: Run, functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrier_decl, "time", SimpleNamespace(sleep=lambda seconds: None))
    functions.chunks = [[1]]
    failing: list[Answer] = ["DatabaseUnavailable"] * chunks.LAST_ATTEMPT
    functions.answers = {
        ("Signal", 1): ["ChunkUnfinished", {"portfolio_ids": [1], "failed": 0}],
        ("Snapshot", 1): [*failing, {"portfolio_ids": [1], "failed": 0}],
    }
    assert run()["status"] == "SUCCEEDED"
    assert functions.asked("Signal", 1) == [([1], 0), ([1], 1)]
    assert [attempt for _, attempt in functions.asked("Snapshot", 1)] == [0, 1, 2, 3, 4]
