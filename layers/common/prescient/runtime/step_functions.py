"""The trading cycle's state machine on AWS, and its executions."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from prescient.core.errors import StateMachineUnavailable, TooManyExecutions
from prescient.runtime.observability import logger

CONNECT_TIMEOUT_SECONDS = 2
READ_TIMEOUT_SECONDS = 3
THROTTLED = {"ThrottlingException", "ExecutionLimitExceeded", "TooManyRequestsException"}


LIVE = {"RUNNING", "PENDING_REDRIVE"}


class StepFunctions:
    """Starts the state machine of this ARN; its client opens when it is first needed."""

    def __init__(self, arn: str | None) -> None:
        self._arn = arn

    def start(self, name: str, request: str) -> None:
        """Start an execution: see `usecases.support.context.StateMachine`."""
        from botocore.exceptions import BotoCoreError, ClientError

        if self._arn is None:
            raise StateMachineUnavailable("STATE_MACHINE_ARN is not set: no cycle can start")
        try:
            self._client.start_execution(stateMachineArn=self._arn, name=name, input=request)
        except ClientError as error:
            _check_refusal(error.response["Error"]["Code"])
        except BotoCoreError as error:
            raise StateMachineUnavailable("Step Functions cannot be reached; try again") from error
        logger.info("execution started", execution_name=name)

    def is_running(self, name: str) -> bool:
        """Tell whether an execution runs: see `usecases.support.executions.Executions`."""
        from botocore.exceptions import BotoCoreError, ClientError

        if self._arn is None:
            raise StateMachineUnavailable("STATE_MACHINE_ARN is not set: no execution is known")
        execution = f"{self._arn.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            found = self._client.describe_execution(executionArn=execution)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
                return False
            raise StateMachineUnavailable("Step Functions does not tell what runs") from error
        except BotoCoreError as error:
            raise StateMachineUnavailable("Step Functions cannot be reached; try again") from error
        return found["status"] in LIVE

    @cached_property
    def _client(self) -> Any:
        """The client, imported late: cold starts that need none should not pay for boto3."""
        import boto3
        from botocore.config import Config

        config = Config(
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            read_timeout=READ_TIMEOUT_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 2},
        )
        return boto3.client("stepfunctions", config=config)


def _check_refusal(code: str) -> None:
    """Raise unless the execution exists: its name identifies the cycle, so it is the right one."""
    if code == "ExecutionAlreadyExists":
        return
    if code in THROTTLED:
        raise TooManyExecutions("Step Functions has too many requests; try again")
    raise StateMachineUnavailable(f"Step Functions did not start the cycle: {code}")
