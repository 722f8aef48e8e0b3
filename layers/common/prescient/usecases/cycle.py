"""Opens a cycle, records why portfolios failed, closes the cycle."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel, Field

from prescient.core.deciding.chunks import PortfolioIds
from prescient.core.deciding.cycles import CycleStatus
from prescient.core.errors import InvalidRequest
from prescient.store import cycles
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.cycle_outcome import measure_outcome
from prescient.usecases.support.opening import CycleParameters, open_cycle


class ErrorOutput(BaseModel):
    """What a Catch of the state machine carries."""

    error: str = Field(alias="Error")
    cause: str = Field("", alias="Cause")


class CycleRequest(BaseModel):
    """`open` takes `execution_name` and `request`, the others `cycle_id`; all log the execution.

    `record_failure` is for those of `portfolio_ids` whose part of the cycle has not ended.
    """

    action: Literal["open", "record_failure", "close"]
    execution_name: str | None = None
    request: CycleParameters = CycleParameters()
    cycle_id: int | None = None
    portfolio_ids: PortfolioIds = []
    error: ErrorOutput | None = None


class CycleResult(BaseModel):
    """The cycle's id and, once it is open, how many chunks of portfolios may run at once."""

    cycle_id: int | None = None
    max_concurrency: int | None = None
    status: CycleStatus | None = None


def run(request: CycleRequest, context: StepContext) -> CycleResult:
    """Do what `action` says; raises `InvalidRequest` when a field that it needs is missing."""
    if request.action == "open":
        return _open(request, context)
    if request.cycle_id is None:
        raise InvalidRequest(f"cycle_id: {request.action} needs it")
    if request.action == "record_failure":
        return _record_failure(request, request.cycle_id, context)
    return _close(request, request.cycle_id, context)


def _open(request: CycleRequest, context: StepContext) -> CycleResult:
    now = context.now()
    with context.database.transaction() as session:
        cycle_id = open_cycle(session, request.request, request.execution_name, now)
    return CycleResult(cycle_id=cycle_id, max_concurrency=context.max_concurrency)


def _record_failure(request: CycleRequest, cycle_id: int, context: StepContext) -> CycleResult:
    if not request.portfolio_ids:
        raise InvalidRequest("portfolio_ids: record_failure needs them")
    with context.database.transaction() as session:
        cycles.fail(session, cycle_id, request.portfolio_ids, _reason(request.error))
    return CycleResult()


def _close(request: CycleRequest, cycle_id: int, context: StepContext) -> CycleResult:
    error = None if request.error is None else _reason(request.error)
    now = context.now()
    with context.database.transaction() as session:
        cycles.close(session, cycle_id, error, now)
        closed = cycles.get(session, cycle_id)
        if closed.ended_at == now:  # a second run of the step changes nothing
            measure_outcome(session, closed, context.metrics)
    return CycleResult(cycle_id=cycle_id, status=closed.status)


def _reason(error: ErrorOutput | None) -> str:
    if error is None:
        return "unknown error"
    return f"{error.error}: {_message(error.cause)}"


def _message(cause: str) -> str:
    """What the function said. Lambda wraps it in JSON with a stack trace, which its log has."""
    try:
        described = json.loads(cause)
    except ValueError:
        return cause
    is_lambda_error = isinstance(described, dict) and "errorMessage" in described
    return str(described["errorMessage"]) if is_lambda_error else cause
