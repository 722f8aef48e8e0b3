"""Runs a cycle for a request: opens it, starts the state machine, waits for its end."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from prescient.core.deciding.cycles import CycleKind, CycleStatus
from prescient.core.deciding.thresholds import Thresholds
from prescient.core.errors import (
    NoActivePortfolio,
    StateMachineUnavailable,
    TooManyExecutions,
)
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.recorded_errors import is_passing
from prescient.store import cycles, idempotency, portfolios
from prescient.store.cycles import CycleRow
from prescient.store.database import Session
from prescient.usecases.support.opening import CycleParameters, open_cycle
from prescient.usecases.support.request_context import RequestContext

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 1.0


class CycleScope(StrEnum):
    """Which portfolios a request runs; `FILTER` runs the filter alone.

    The same idempotency key in two scopes counts as two keys.
    """

    ONE_PORTFOLIO = "run-portfolio-cycle"
    ALL_PORTFOLIOS = "run-all-portfolios"
    FILTER = "filter"


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleRun:
    """A request to run a cycle now.

    Where it is for one portfolio, `portfolio_id` names it; None stands for the first active one.
    With an `idempotency_key` the cycle of an earlier request comes back, unless it failed for a
    passing reason: then another one runs.
    `shared_depth` is that of `CycleParameters`.
    """

    scope: CycleScope
    portfolio_id: PortfolioId | None = None
    thresholds: Thresholds
    idempotency_key: str | None
    shared_depth: bool | None = None

    def values(self) -> dict[str, object]:
        """Return what distinguishes this request from another one with the same key."""
        values = self.thresholds.model_dump()
        if self.scope is not CycleScope.ALL_PORTFOLIOS:
            values["portfolio_id"] = self.portfolio_id
        if self.shared_depth is not None:
            values["shared_depth"] = self.shared_depth
        return values


def run(wanted: CycleRun, context: RequestContext) -> CycleRow:
    """Run a cycle; return it as it is when it has ended or the wait is over.

    Raises `NoActivePortfolio` where there is none to run, and what opening and starting raise.
    """
    deadline = context.elapsed() + context.cycle_wait
    cycle_id = open_run(wanted, context)
    _start(cycle_id, context, repeatable=wanted.idempotency_key is not None)
    return _ended(cycle_id, deadline, context)


def open_run(wanted: CycleRun, context: RequestContext) -> int:
    """Open the cycle of a request, or find the one that its key opened before.

    Raises `NoActivePortfolio`, `IdempotencyConflict`, and what `open_cycle` raises.
    """
    now = context.now()
    with context.database.transaction() as session:
        if wanted.idempotency_key is None:
            return _open_new(session, wanted, f"api-{context.new_id()}", now)
        request = idempotency.Request.of(wanted.scope, wanted.idempotency_key, wanted.values())
        earlier = idempotency.earlier_answer(session, request, now)
        attempt = 1
        if earlier is not None:
            cycle_id, attempt = int(str(earlier["cycle_id"])), int(str(earlier.get("attempt", 1)))
            if not _failed_in_passing(cycles.get(session, cycle_id)):
                return cycle_id
            attempt += 1
        cycle_id = _open_new(session, wanted, _execution_name(request, attempt), now)
        idempotency.keep(session, request, {"cycle_id": cycle_id, "attempt": attempt})
        return cycle_id


def _failed_in_passing(cycle: CycleRow) -> bool:
    reason = (cycle.error or "").partition(":")[0]
    return cycle.status is CycleStatus.FAILED and is_passing(reason)


def _open_new(session: Session, wanted: CycleRun, execution_name: str, now: datetime) -> int:
    parameters = CycleParameters(
        kind=CycleKind.MANUAL if wanted.scope is CycleScope.FILTER else CycleKind.API,
        portfolio_ids=_portfolio_ids(session, wanted),
        thresholds=wanted.thresholds,
        shared_depth=wanted.shared_depth,
    )
    return open_cycle(session, parameters, execution_name, now)


def _portfolio_ids(session: Session, wanted: CycleRun) -> list[PortfolioId] | None:
    """Return the portfolio to run; None for all active ones, of which one must exist."""
    if wanted.portfolio_id is not None:
        return [wanted.portfolio_id]
    if wanted.scope is CycleScope.FILTER:
        return None
    first_active = portfolios.first_active(session)
    if first_active is None:
        raise NoActivePortfolio
    return [first_active] if wanted.scope is CycleScope.ONE_PORTFOLIO else None


def _execution_name(request: idempotency.Request, attempt: int) -> str:
    """Return a name derived from the key, so that Step Functions recognises a repetition too.

    A name cannot run twice, so each attempt after a failure has another one.
    """
    name = "api-" + hashlib.sha256(f"{request.route} {request.key}".encode()).hexdigest()[:40]
    return name if attempt == 1 else f"{name}-{attempt}"


def _start(cycle_id: int, context: RequestContext, *, repeatable: bool) -> None:
    """Start the state machine on an open cycle; it finds the cycle by the execution's name."""
    cycle = _cycle(cycle_id, context)
    if cycle.status is not CycleStatus.RUNNING:
        return
    request = json.dumps(dict(cycle.parameters), sort_keys=True)
    try:
        context.state_machine.start(cycle.execution_name or "", request)
    except (TooManyExecutions, StateMachineUnavailable) as error:
        if not repeatable:
            close(cycle_id, error, context)
        raise


def close(cycle_id: int, error: Exception, context: RequestContext) -> None:
    """End a cycle as failed with this error."""
    now = context.now()
    with context.database.transaction() as session:
        cycles.close(session, cycle_id, f"{type(error).__name__}: {error}", now)


def _ended(cycle_id: int, deadline: float, context: RequestContext) -> CycleRow:
    pause = FIRST_PAUSE_SECONDS
    cycle = _cycle(cycle_id, context)
    while cycle.status is CycleStatus.RUNNING and (left := deadline - context.elapsed()) > 0:
        context.sleep(min(pause, left))
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        cycle = _cycle(cycle_id, context)
    return cycle


def _cycle(cycle_id: int, context: RequestContext) -> CycleRow:
    with context.database.transaction() as session:
        return cycles.get(session, cycle_id)
