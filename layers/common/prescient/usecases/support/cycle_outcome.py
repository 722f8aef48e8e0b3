"""What a cycle came to, as metrics."""

from __future__ import annotations

from prescient.core.deciding.cycles import CycleStatus
from prescient.store import cycle_pages
from prescient.store.cycles import CycleRow
from prescient.store.database import Session
from prescient.usecases.support.metrics import Measure, Metrics


def measure_outcome(session: Session, cycle: CycleRow, metrics: Metrics) -> None:
    """Measure a cycle that has just ended."""
    if cycle.ended_at is None:
        return
    sums = cycle_pages.send_sums(session, cycle.cycle_id).get()
    metrics.add(Measure.CYCLES_COMPLETED, cycle.status is CycleStatus.COMPLETED)
    metrics.add(Measure.CYCLE_DURATION, (cycle.ended_at - cycle.started_at).total_seconds())
    metrics.add(Measure.PORTFOLIOS_COMPLETED, sums.completed)
    metrics.add(Measure.PORTFOLIOS_SKIPPED, sums.skipped)
    metrics.add(Measure.PORTFOLIOS_FAILED, sums.failed)
    metrics.add(Measure.TRADES, sums.trades)
