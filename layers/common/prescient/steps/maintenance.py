"""The daily check: does every number still follow from the ledger and the trades?"""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from prescient.core.reconcile import Break
from prescient.steps.context import StepContext
from prescient.store import reconcile


class MaintenanceRequest(BaseModel):
    """`scheduled_at` is noted in the logs."""

    model_config = ConfigDict(extra="forbid")

    scheduled_at: datetime | None = None


class MaintenanceResult(BaseModel):
    """Whether the books reconcile, and the first rows that break an invariant."""

    reconciled: bool
    breaks: list[Break]


def run(_: MaintenanceRequest, context: StepContext) -> MaintenanceResult:
    """Check the invariants of every portfolio."""
    with context.database.transaction() as session:
        breaks = reconcile.all_breaks(session)
    return MaintenanceResult(reconciled=not breaks, breaks=breaks)
