"""The state machine of the template, run by moto's interpreter of the Amazon States Language.

Its invocations of Lambda go to the dispatcher; everything else is the definition that deploys.
While it is open, boto3 talks to moto: code that starts executions or runs functions through the API
works as on AWS.
"""

from __future__ import annotations

import json
import logging
import os
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Self
from unittest import mock

import boto3
from moto import mock_aws
from moto.awslambda.models import LambdaBackend
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from local.aws.dispatcher import Invoker
from local.aws.intrinsics import ACCOUNT, REGION
from local.aws.template import StateMachine

_POLL_SECONDS = 0.005
_INTERPRETED = {"stepfunctions": {"execute_state_machine": True}}


@dataclass(frozen=True, slots=True)
class Execution:
    """A finished execution: `status` is SUCCEEDED, FAILED, TIMED_OUT or ABORTED."""

    name: str
    status: str
    output: Any
    error: str | None
    cause: str | None


class LocalStateMachine:
    """Runs executions of `machine` between `open` and `close` (or as a context manager)."""

    def __init__(self, machine: StateMachine, dispatcher: Invoker) -> None:
        self._machine = machine
        self._dispatcher = dispatcher
        self._resources = ExitStack()
        self._client: Any = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        # moto warns of what it ignores or recovers from; without this that goes to the terminal.
        logging.getLogger("moto").addHandler(logging.NullHandler())
        region = mock.patch.dict(os.environ, {"AWS_DEFAULT_REGION": REGION})
        seam = mock.patch.object(lambda_eval_utils, "_invoke_lambda_function", self._invoke)
        steps = mock.patch.object(LambdaBackend, "invoke", self._invoke_by_name)
        for context in (region, mock_aws(config=_INTERPRETED), seam, steps):
            self._resources.enter_context(context)
        self._client = boto3.client("stepfunctions")
        created = self._client.create_state_machine(
            name=self._machine.name,
            definition=self._machine.definition,
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/trading-cycle",
        )
        assert created["stateMachineArn"] == self._machine.arn

    def close(self) -> None:
        self._resources.close()

    def run(self, name: str, request: object) -> Execution:
        """Run one execution to its end. The name is used once: it identifies the cycle."""
        arn, text = self._machine.arn, json.dumps(request)
        self._client.start_execution(stateMachineArn=arn, name=name, input=text)
        return self.wait(name)

    def wait(self, name: str) -> Execution:
        """Wait for the execution of this name to end, and return it."""
        arn = f"{self._machine.arn.replace(':stateMachine:', ':execution:')}:{name}"
        # moto's own object: asking the client every few milliseconds takes longer than the cycle.
        found = stepfunctions_parser_backends[ACCOUNT][REGION].describe_execution(arn)
        while not _ended(found):
            time.sleep(_POLL_SECONDS)
        return Execution(name, found.status, found.output, found.error, found.cause)

    def _invoke_by_name(
        self, name: str, _qualifier: object, body: bytes, _headers: object, headers: dict[str, str]
    ) -> bytes:
        """Answer boto3's Lambda client, through which the API runs one step."""
        invocation = self._dispatcher.invoke(name, json.loads(body or "{}"))
        if invocation.function_error:
            headers["x-amz-function-error"] = invocation.function_error
        return json.dumps(invocation.payload).encode()

    def _invoke(self, *, parameters: dict[str, Any], **_: object) -> dict[str, Any]:
        """Answer the interpreter as the Lambda client would."""
        event = json.loads(parameters["Payload"])
        invocation = self._dispatcher.invoke(parameters["FunctionName"], event)
        answer = {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": invocation.payload}
        if invocation.function_error:
            answer["FunctionError"] = invocation.function_error
        return answer


def _ended(execution: Any) -> bool:
    """Tell whether it has ended; moto sets the status before the output or the error."""
    match execution.status:
        case "RUNNING":
            return False
        case "SUCCEEDED":
            return execution.output is not None
        case "FAILED":
            return execution.error is not None
    return True
