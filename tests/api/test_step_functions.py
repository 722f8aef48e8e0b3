"""Starting executions through Step Functions, as far as it can refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from local.aws.function_log import functions_log_to
from prescient.core.errors import StateMachineUnavailable, TooManyExecutions
from prescient.runtime.observability import correlated
from prescient.runtime.step_functions import StepFunctions

ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:trading-cycle"


class StandInClient:
    """Step Functions, which remembers what it was asked and answers with `error`."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.error: Exception | None = None
        self.status = "RUNNING"

    def describe_execution(self, **asked: str) -> dict[str, str]:
        self.asked.append(asked)
        if self.error:
            raise self.error
        return {"status": self.status}

    def start_execution(self, **asked: str) -> None:
        self.asked.append(asked)
        if self.error:
            raise self.error


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> StandInClient:
    made = StandInClient()

    def client(service: str, **_: Any) -> StandInClient:
        assert service == "stepfunctions"
        return made

    monkeypatch.setattr(boto3, "client", client)
    return made


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "StartExecution")


def test_it_starts_an_execution(aws: StandInClient) -> None:
    StepFunctions(ARN).start("api-1", json.dumps({"kind": "api"}))
    assert aws.asked == [{"stateMachineArn": ARN, "name": "api-1", "input": '{"kind": "api"}'}]


def test_an_execution_that_exists_is_the_one_wanted(aws: StandInClient) -> None:
    aws.error = refused("ExecutionAlreadyExists")
    StepFunctions(ARN).start("api-1", "{}")
    assert aws.asked == [{"stateMachineArn": ARN, "name": "api-1", "input": "{}"}]


@pytest.mark.parametrize("code", ["ThrottlingException", "ExecutionLimitExceeded"])
def test_throttling(aws: StandInClient, code: str) -> None:
    aws.error = refused(code)
    with pytest.raises(TooManyExecutions):
        StepFunctions(ARN).start("api-1", "{}")


@pytest.mark.parametrize(
    "error", [refused("AccessDeniedException"), EndpointConnectionError(endpoint_url="x")]
)
def test_other_refusals(aws: StandInClient, error: Exception) -> None:
    aws.error = error
    with pytest.raises(StateMachineUnavailable):
        StepFunctions(ARN).start("api-1", "{}")


def test_without_an_arn() -> None:
    with pytest.raises(StateMachineUnavailable, match="STATE_MACHINE_ARN"):
        StepFunctions(None).start("api-1", "{}")


def test_the_log_tells_who_started_which_execution(aws: StandInClient, tmp_path: Path) -> None:
    log = tmp_path / "functions.log"
    with functions_log_to(log), correlated(caller="someone"):
        StepFunctions(ARN).start("api-1", "{}")
    line = json.loads(log.read_text())
    assert (line["message"], line["execution_name"], line["caller"]) == (
        "execution started", "api-1", "someone",
    )  # fmt: skip
    assert len(aws.asked) == 1


@pytest.mark.parametrize(
    ("status", "is_running"),
    [("RUNNING", True), ("PENDING_REDRIVE", True), ("SUCCEEDED", False), ("ABORTED", False)],
)
def test_it_tells_whether_an_execution_runs(
    status: str, is_running: bool, aws: StandInClient
) -> None:
    aws.status = status
    assert StepFunctions(ARN).is_running("api-1") is is_running
    arn = "arn:aws:states:us-east-1:123456789012:execution:trading-cycle:api-1"
    assert aws.asked == [{"executionArn": arn}]


def test_an_execution_that_never_began_does_not_run(aws: StandInClient) -> None:
    aws.error = refused("ExecutionDoesNotExist")
    assert StepFunctions(ARN).is_running("api-1") is False


@pytest.mark.parametrize(
    "error", [refused("AccessDeniedException"), EndpointConnectionError(endpoint_url="there")]
)
def test_what_cannot_be_asked_is_not_taken_for_dead(error: Exception, aws: StandInClient) -> None:
    aws.error = error
    with pytest.raises(StateMachineUnavailable):
        StepFunctions(ARN).is_running("api-1")
    with pytest.raises(StateMachineUnavailable):
        StepFunctions(None).is_running("api-1")
