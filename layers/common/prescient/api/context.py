"""What a request is answered with: its environment's database, clock and executions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol, cast

from aws_lambda_powertools.event_handler import Depends, Request

from prescient.store.database import Database

CONTEXT_KEY = "api"


class Executions(Protocol):
    """Executions of the state machine `trading_cycle`."""

    def start(self, name: str, request: str) -> None:
        """Start one with this JSON input; a name that was started before changes nothing.

        Raises `TooManyExecutions` or `StateMachineUnavailable`.
        """
        ...


@dataclass(frozen=True, slots=True)
class ApiContext:
    """`cycle_wait` is how many seconds a request waits for its cycle, measured by `elapsed`.

    `new_id` answers a fresh unique text of at most 64 letters, digits and dashes.
    """

    database: Database
    executions: Executions
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    cycle_wait: float
    sleep: Callable[[float], None]
    elapsed: Callable[[], float]


def _of_request(request: Request) -> ApiContext:
    return cast(ApiContext, request.context[CONTEXT_KEY])


Api = Annotated[ApiContext, Depends(_of_request)]
