"""Closes cycles that nothing runs any more: an execution that died leaves none `running`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel

from prescient.core.deciding.cycles import CycleKind, CycleStatus
from prescient.core.errors import CycleAbandoned, StateMachineUnavailable
from prescient.store import abandoned, cycles
from prescient.store.cycles import CycleRow
from prescient.store.database import Session
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.executions import Executions
from prescient.usecases.support.metrics import Measure
from prescient.usecases.support.problems import Problem

BY_HAND_FOR = timedelta(hours=1)  # quotes of its filter are too old to trade at long before
LONGEST_EXECUTION = timedelta(days=1)  # where Step Functions cannot tell whether it runs


class AbandonedCycle(BaseModel):
    """A cycle that the sweep ended, why, and the portfolios whose parts it failed with it."""

    cycle_id: int
    reason: str
    portfolio_ids: list[int]

    @property
    def problem(self) -> Problem:
        return Problem("cycle abandoned", self.model_dump())


def run(context: StepContext, within: timedelta | None = None) -> list[AbandonedCycle]:
    """Close the running cycles without a live execution and without a claim that holds.

    `within` looks only at cycles that began that recently, which an index finds. A cycle is left
    alone for as long as a claim holds, which is also how long its execution may take to begin.
    """
    now = context.now()
    since = datetime.min.replace(tzinfo=now.tzinfo) if within is None else now - within
    with context.database.transaction(pipelined=True) as session:
        suspects = abandoned.send_suspects(session, since, now - cycles.LEASE, now)
    found: list[AbandonedCycle] = []
    for cycle, reason in list(_dead(suspects.get(), now, context.executions)):
        with context.database.transaction() as session:
            found += _close(session, cycle, reason, now)
    _measure(found, context)
    return found


def _dead(
    suspects: Sequence[CycleRow], now: datetime, executions: Executions
) -> Iterator[tuple[CycleRow, str]]:
    """The cycles that nothing can run any more, and why; a silence is not asked twice."""
    can_tell = True
    for cycle in suspects:
        age = now - cycle.started_at
        if cycle.kind is CycleKind.MANUAL:
            if age > BY_HAND_FOR:
                yield cycle, f"not all of its steps were run within {BY_HAND_FOR}"
            continue
        try:
            is_dead = can_tell and not executions.is_running(cycle.execution_name or "")
        except StateMachineUnavailable:
            is_dead = can_tell = False
        if is_dead:
            yield cycle, "its execution ended, or never began, without closing it"
        elif not can_tell and age > LONGEST_EXECUTION:
            yield cycle, f"it was still running after {LONGEST_EXECUTION}"


def _close(
    session: Session, cycle: CycleRow, reason: str, now: datetime
) -> Sequence[AbandonedCycle]:
    """A cycle by hand of which every part has ended is complete; the others have failed."""
    error = f"{CycleAbandoned.__name__}: {reason}"
    failed = abandoned.fail_unclaimed(session, cycle.cycle_id, error, now)
    is_complete = cycle.kind is CycleKind.MANUAL and cycle.batch_id is not None and not failed
    status = CycleStatus.COMPLETED if is_complete else CycleStatus.FAILED
    told = None if is_complete else error
    closed = abandoned.close_unclaimed(session, cycle.cycle_id, status, told, now)
    if is_complete or not (closed or failed):
        return []
    return [AbandonedCycle(cycle_id=cycle.cycle_id, reason=reason, portfolio_ids=failed)]


def _measure(found: Sequence[AbandonedCycle], context: StepContext) -> None:
    context.metrics.add(Measure.CYCLES_ABANDONED, len(found))
    for cycle in found:
        context.metrics.add(Measure.CYCLES_COMPLETED, 0)
        context.metrics.add(Measure.PORTFOLIOS_FAILED, len(cycle.portfolio_ids))
