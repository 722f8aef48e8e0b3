"""Opens a cycle, records why portfolios failed, closes the cycle."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, Strict

from prescient.core.deciding.cycles import CycleKind, CycleStatus
from prescient.core.deciding.thresholds import Thresholds
from prescient.core.errors import InvalidRequest, PortfolioNotActive
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.store import cycles, portfolios
from prescient.store.database import Session
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.cycle_outcome import measure_outcome


class CycleParameters(BaseModel):
    """The state machine's input. Without `portfolio_ids` all active portfolios run.

    `scheduled_at` names its time zone: a time without one is refused.
    `shared_depth` says whether they take from the same books; without it the setting does.
    """

    model_config = ConfigDict(extra="forbid")

    kind: CycleKind = CycleKind.SCHEDULED
    scheduled_at: AwareDatetime | None = None
    portfolio_ids: Annotated[list[PortfolioId], Field(min_length=1)] | None = None
    thresholds: Thresholds = Thresholds()
    shared_depth: Annotated[bool, Strict()] | None = None


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
    portfolio_ids: list[PortfolioId] = []
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


def open_cycle(
    session: Session, parameters: CycleParameters, execution_name: str | None, now: datetime
) -> int:
    """Open the cycle that this request stands for, or find it if it was opened before."""
    cycle_key = _key(parameters, execution_name, now)
    opened = cycles.find_by_key(session, cycle_key)
    if opened is not None:
        return opened.cycle_id
    for portfolio_id in parameters.portfolio_ids or []:
        portfolio = portfolios.get(session, portfolio_id)
        if portfolio.status is not PortfolioStatus.ACTIVE:
            raise PortfolioNotActive(portfolio_id, portfolio.status)
    opening = cycles.Opening(
        cycle_key=cycle_key,
        kind=parameters.kind,
        execution_name=execution_name,
        parameters=parameters.model_dump(mode="json", exclude_none=True),
    )
    return cycles.open_cycle(session, opening, now)


def _key(parameters: CycleParameters, execution_name: str | None, now: datetime) -> str:
    """A schedule that fires twice for one moment, in any time zone, must open one cycle."""
    if parameters.scheduled_at is not None:
        return f"{parameters.kind}:{parameters.scheduled_at.astimezone(UTC).isoformat()}"
    return execution_name or f"{parameters.kind}:{now.isoformat()}"


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
