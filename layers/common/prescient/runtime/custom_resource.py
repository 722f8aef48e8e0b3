"""A function that a deployment waits for, as a custom resource of CloudFormation.

CloudFormation invokes it without waiting for its answer, which goes by PUT to a signed address
instead. Whatever happens there has to be an answer, or the deployment waits until its time is up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from prescient.core.errors import PrescientError
from prescient.runtime.entry import Answer, BoundHandler, Event, Handler
from prescient.runtime.environment import Environment
from prescient.runtime.observability import logger

_LONGEST_REASON = 1000  # characters; CloudFormation takes 4,096 bytes for the whole answer
_ATTEMPTS = 5
_TIMEOUT_SECONDS = 10


class DeploymentUnanswered(PrescientError):
    """CloudFormation could not be told how a custom resource of a deployment went."""


class CustomResourceHandler(Handler):
    """Runs a step where a deployment creates or updates the resource, and at any other event.

    `physical_id` never changes, so that no update is a replacement; a deletion does nothing. The
    attribute `Release` of the resource is one word for all of its properties.
    """

    def __init__(self, step: Handler, physical_id: str) -> None:
        self._step = step
        self._physical_id = physical_id

    def __call__(self, event: Event, context: Any) -> Answer:
        if "ResponseURL" not in event:
            return super().__call__(event, context)
        return self._deployed(event, context)

    def bound_to(self, environment: Environment) -> BoundHandler:
        return self._step.bound_to(environment)

    def _deployed(self, event: Event, context: Any) -> Answer:
        try:
            done = {} if event["RequestType"] == "Delete" else self._run(event, context)
        except Exception as error:  # noqa: BLE001 (whatever it is, the deployment has to be told)
            logger.exception("the deployment is told that this failed")
            reason = f"{type(error).__name__}: {error}"[:_LONGEST_REASON]
            return self._answered(event, {"Status": "FAILED", "Reason": reason})
        data = {"Revision": done.get("revision", ""), "Release": _fingerprint(event)}
        return self._answered(event, {"Status": "SUCCESS", "Data": data})

    def _run(self, event: Event, context: Any) -> Answer:
        return super().__call__(event["ResourceProperties"].get("Request", {}), context)

    def _answered(self, event: Event, outcome: Mapping[str, Any]) -> Answer:
        echoed = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
        answer = {**echoed, **outcome, "PhysicalResourceId": self._physical_id}
        _put(event["ResponseURL"], json.dumps(answer).encode())
        return answer


def _fingerprint(event: Event) -> str:
    """One word for what the template gives the resource: another one where anything differs."""
    given = json.dumps(event["ResourceProperties"], sort_keys=True)
    return hashlib.sha256(given.encode()).hexdigest()[:16]


def _put(url: str, body: bytes) -> None:
    """Raises `DeploymentUnanswered` where the address does not take the answer."""
    import urllib3  # late, as only a deployment needs it

    retries = urllib3.Retry(total=_ATTEMPTS, backoff_factor=0.5, allowed_methods={"PUT"})
    try:
        with urllib3.PoolManager(timeout=_TIMEOUT_SECONDS, retries=retries) as client:
            # The address is signed for no type of content at all.
            taken = client.request("PUT", url, body=body, headers={"content-type": ""})
    except urllib3.exceptions.HTTPError as error:
        raise DeploymentUnanswered(f"CloudFormation's address is not reached: {error}") from None
    if taken.status != HTTPStatus.OK:
        raise DeploymentUnanswered(f"CloudFormation's address answers {taken.status}")
