"""The daily round: the tape is trimmed and filled, dead cycles are closed, the books checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from prescient.core.accounting.findings import Break
from prescient.core.errors import BooksBroken, InvalidRequest
from prescient.core.portfolio.targets import Targets
from prescient.usecases import (
    backfill,
    history,
    outcomes,
    reconcile,
    retention,
    sweep,
)
from prescient.usecases.backfill import BackfillResult
from prescient.usecases.history import HistoryResult
from prescient.usecases.outcomes import OutcomesResult
from prescient.usecases.reconcile import Note
from prescient.usecases.retention import RetentionResult
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.metrics import Measure
from prescient.usecases.support.problems import Problem
from prescient.usecases.support.rebalanced import RebalancingResult
from prescient.usecases.sweep import AbandonedCycle

MOST_NAMED = 10  # rows in the error; the log has all that were found


class Task(StrEnum):
    """What maintenance does, in this order."""

    SWEEP = "sweep"
    RETENTION = "retention"
    HISTORY = "history"
    OUTCOMES = "outcomes"
    BACKFILL = "backfill"
    REBALANCING = "rebalancing"
    RECONCILE = "reconcile"


class MaintenanceRequest(BaseModel):
    """Without `tasks` all are done, but rebalancing only where `rebalance` names its targets.

    A dry run of it only plans. `scheduled_at` is noted in the logs.
    """

    model_config = ConfigDict(extra="forbid")

    scheduled_at: AwareDatetime | None = None
    tasks: frozenset[Task] = frozenset(Task)
    rebalance: Targets | Literal["off"] = "off"
    rebalance_only_significant: bool = False
    rebalance_dry_run: bool = False


class MaintenanceResult(BaseModel):
    """What each task did. `breaks` are the first rows that break an invariant.

    `rebalancing_refused` says why no targets could be told, `abandoned` are the cycles that the
    sweep ended.
    """

    abandoned: list[AbandonedCycle] = []
    retention: RetentionResult | None = None
    history: HistoryResult | None = None
    outcomes: OutcomesResult | None = None
    backfill: BackfillResult | None = None
    rebalancing: RebalancingResult | None = None
    rebalancing_refused: str | None = None
    reconciled: bool | None = None
    breaks: list[Break] = []
    notes: list[Note] = []

    def problems(self) -> Iterable[Problem]:
        yield from (cycle.problem for cycle in self.abandoned)
        yield from (Problem("book broken", asdict(broken)) for broken in self.breaks)

    def failure(self) -> BooksBroken | None:
        """The error of an invocation that found broken books; it names the first of the rows."""
        if not self.breaks:
            return None
        named = "; ".join(map(_told, self.breaks[:MOST_NAMED]))
        others = len(self.breaks) - MOST_NAMED
        return BooksBroken(f"{named}; and {others} more rows" if others > 0 else named)


def _told(broken: Break) -> str:
    where = f"{broken.subject}: " if broken.subject else ""
    return f"{where}{broken.rule}: found {broken.found}, expected {broken.expected}"


def run(request: MaintenanceRequest, context: StepContext) -> MaintenanceResult:
    """Do the tasks. An exchange that does not answer ends the task that asked and nothing else.

    Broken books are a result: the invocation fails once everything else is done.
    """
    done = MaintenanceResult()
    if Task.SWEEP in request.tasks:
        done.abandoned = sweep.run(context)
    if Task.RETENTION in request.tasks:
        done.retention = retention.run(context)
    if Task.HISTORY in request.tasks:
        done.history = history.run(context)
    if Task.OUTCOMES in request.tasks:
        done.outcomes = outcomes.run(context)
    if Task.BACKFILL in request.tasks:
        done.backfill = backfill.run(context)
    if Task.REBALANCING in request.tasks and request.rebalance != "off":
        _rebalance(request.rebalance, request, context, done)
    if Task.RECONCILE in request.tasks:
        found = reconcile.run(context.database)
        done.breaks, done.notes = found.breaks, found.notes
        done.reconciled = not found.breaks
        context.metrics.add(Measure.RECONCILED, done.reconciled)
        context.metrics.add(Measure.BROKEN_BOOKS, len(found.breaks))
    return done


def _rebalance(
    targets: Targets, request: MaintenanceRequest, context: StepContext, done: MaintenanceResult
) -> None:
    # Imported late, because it is switched off unless a parameter of the stack asks for it.
    from prescient.usecases import rebalancing

    wanted = rebalancing.RebalancingRequest(
        targets=targets,
        only_significant=request.rebalance_only_significant,
        dry_run=request.rebalance_dry_run,
    )
    now = context.now()
    try:
        with context.database.transaction() as session:
            done.rebalancing = rebalancing.run(session, wanted, now)
    except InvalidRequest as refusal:
        done.rebalancing_refused = str(refusal)
