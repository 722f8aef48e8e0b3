"""Running functions through Lambda, as far as it can fail."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from prescient.core.errors import (
    ExchangeUnavailable,
    FunctionUnavailable,
    InvalidRequest,
    PortfolioNotFound,
    PrescientError,
    StepFailed,
)
from prescient.runtime.functions import LambdaFunctions
from prescient.runtime.observability import correlated
from prescient.usecases.support.functions import Step


class StandInClient:
    """Lambda, which remembers what it was asked and answers with `payload` or `error`."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.payload: object = {"signals": 1}
        self.failed = False
        self.error: Exception | None = None

    def invoke(self, **asked: str) -> dict[str, Any]:
        self.asked.append(asked)
        if self.error:
            raise self.error
        failure = {"FunctionError": "Unhandled"} if self.failed else {}
        return {"Payload": io.BytesIO(json.dumps(self.payload).encode()), **failure}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> StandInClient:
    made = StandInClient()

    def client(service: str, **_: Any) -> StandInClient:
        assert service == "lambda"
        return made

    monkeypatch.setattr(boto3, "client", client)
    return made


def invoke(step: Step = Step.SIGNAL) -> object:
    return LambdaFunctions({Step.SIGNAL: "signals", Step.FILTER: None}, 20).invoke(step, {"a": 1})


def test_it_runs_the_function_of_the_step(aws: StandInClient) -> None:
    assert invoke() == {"signals": 1}
    [asked] = aws.asked
    assert (asked["FunctionName"], asked["Payload"]) == ("signals", '{"a": 1}')


def test_it_tells_the_function_who_asked_for_the_step(aws: StandInClient) -> None:
    with correlated(caller="someone"):
        invoke()
    [asked] = aws.asked
    assert json.loads(base64.b64decode(asked["ClientContext"])) == {"custom": {"caller": "someone"}}


def test_a_function_that_goes_on_answers_nothing(aws: StandInClient) -> None:
    aws.error = ReadTimeoutError(endpoint_url="https://lambda")
    assert invoke() is None


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "no"}}, "Invoke"),
        EndpointConnectionError(endpoint_url="https://lambda"),
    ],
)
def test_a_function_that_cannot_be_run(aws: StandInClient, error: Exception) -> None:
    aws.error = error
    with pytest.raises(FunctionUnavailable, match="the function signal cannot be run"):
        invoke()


def test_a_function_that_no_setting_names(aws: StandInClient) -> None:
    with pytest.raises(FunctionUnavailable, match="FILTER_FUNCTION is not set"):
        invoke(Step.FILTER)
    assert aws.asked == []


@pytest.mark.parametrize(
    ("name", "message", "kind"),
    [
        ("ExchangeUnavailable", "GET /events: answered HTML", ExchangeUnavailable),
        ("PortfolioNotFound", "portfolio_id: no portfolio 1 exists", PortfolioNotFound),
        ("InvalidRequest", "a: is not known; b: is not known", InvalidRequest),
    ],
)
def test_an_error_of_ours_comes_back_as_it_was(
    aws: StandInClient, name: str, message: str, kind: type[PrescientError]
) -> None:
    aws.failed, aws.payload = True, {"errorType": name, "errorMessage": message}
    with pytest.raises(kind) as raised:
        invoke()
    assert str(raised.value) == message


@pytest.mark.parametrize("name", ["KeyError", "is_passing", "Sandbox.Timedout", ""])
def test_another_error_tells_nothing(aws: StandInClient, name: str) -> None:
    aws.failed, aws.payload = True, {"errorType": name, "errorMessage": "'secret'"}
    with pytest.raises(StepFailed, match="its function's log says why"):
        invoke()
