"""The functions of the steps on AWS."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from prescient.core.errors import FunctionUnavailable
from prescient.core.recorded_errors import recorded
from prescient.runtime.observability import caller
from prescient.usecases.support.functions import Step

CONNECT_TIMEOUT_SECONDS = 2


class LambdaFunctions:
    """Invokes the functions of these names, and waits `wait_seconds` for what they answer.

    Its client opens with the first invocation.
    """

    def __init__(self, names: Mapping[Step, str | None], wait_seconds: float) -> None:
        self._names = names
        self._wait_seconds = wait_seconds

    def invoke(self, step: Step, event: Mapping[str, object]) -> Mapping[str, Any] | None:
        """Run the function to its end: see `usecases.support.functions.Functions`."""
        from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

        name = self._names[step]
        if name is None:
            raise FunctionUnavailable(f"{step.upper()}_FUNCTION is not set: no {step} can run")
        try:
            answer = self._client.invoke(
                FunctionName=name, Payload=json.dumps(event), ClientContext=_client_context()
            )
        except ReadTimeoutError:
            return None
        except (ClientError, BotoCoreError) as error:
            raise FunctionUnavailable(f"the function {step} cannot be run; try again") from error
        payload: dict[str, Any] = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise recorded(payload.get("errorType", ""), payload.get("errorMessage", ""))
        return payload

    @cached_property
    def _client(self) -> Any:
        """The client, imported late: cold starts that run no step should not pay for boto3."""
        import boto3
        from botocore.config import Config

        config = Config(
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            read_timeout=max(self._wait_seconds, 1),
            retries={"mode": "standard", "total_max_attempts": 1},
        )
        return boto3.client("lambda", config=config)


def _client_context() -> str:
    """Who asks for the step, which stands in its log too: only the event is the step's own."""
    custom = {"caller": caller()}
    return base64.b64encode(json.dumps({"custom": custom}).encode()).decode()
