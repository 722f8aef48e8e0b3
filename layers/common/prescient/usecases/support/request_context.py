"""What requests over HTTP are answered with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from prescient.core.portfolio.guards import NO_GUARD, Guard
from prescient.store.database import Database
from prescient.usecases.support.functions import Functions
from prescient.usecases.support.remembered import Remembered

if TYPE_CHECKING:
    from prescient.usecases.support.comparing import Compare
    from prescient.usecases.support.exchange import Exchange
    from prescient.usecases.support.judging import Judge


class StateMachine(Protocol):
    """The state machine `trading_cycle`."""

    def start(self, name: str, request: str) -> None:
        """Start an execution with this JSON input; a name that was started before changes nothing.

        Raises `TooManyExecutions` or `StateMachineUnavailable`.
        """
        ...


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What a request over HTTP is answered with.

    `functions` runs the functions of the steps, for at most `portfolios_per_chunk` at once.
    `cycle_wait` is how many seconds a request waits for its cycle, measured by `elapsed`.
    `new_id` gives a fresh unique text of at most 64 letters, digits and dashes.
    `max_quote_age` is how old the quote may be that something is sold at.
    Price updates and cycles are late that long after the last one ended.
    `total_guard` is over the sum of all portfolios.
    `is_healthy` is the last answer of `GET /health`.
    `compare` is None in functions without numpy, which have no route that needs it. `describe`
    makes the OpenAPI document, and is None in functions that are not asked for it.
    """

    database: Database
    connect: Callable[[], Exchange]
    max_quote_age: timedelta
    state_machine: StateMachine
    functions: Functions
    portfolios_per_chunk: int
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    cycle_wait: float
    sleep: Callable[[float], None]
    elapsed: Callable[[], float]
    price_update_late_after: timedelta
    cycle_late_after: timedelta
    total_guard: Guard = NO_GUARD
    is_healthy: Remembered[bool] = field(default_factory=Remembered)
    compare: Compare | None = None
    judge: Judge | None = None
    describe: Callable[[], Mapping[str, Any]] | None = None

    @property
    def exchange(self) -> Exchange:
        """The exchange, connected to when first asked for."""
        return self.connect()
