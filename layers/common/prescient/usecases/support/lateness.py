"""How long ago prices were last updated and a cycle last completed, as metrics."""

from __future__ import annotations

from datetime import datetime

from prescient.store.health import HealthRow
from prescient.usecases.support.metrics import Measure, Metrics


def measure_lateness(found: HealthRow, now: datetime, metrics: Metrics) -> None:
    """Measure the ages, as `GET /health` counts them: before the first end from the first use."""
    for measure, ended_at in (
        (Measure.PRICE_UPDATE_AGE, found.prices_updated_at),
        (Measure.CYCLE_AGE, found.cycle_ended_at),
    ):
        since = ended_at or found.in_use_since
        if since is not None:
            metrics.add(measure, (now - since).total_seconds())
