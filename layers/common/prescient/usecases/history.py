"""Keeps one row of history a day, and of older equity points the last of each hour or day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from pydantic import BaseModel

from prescient.store import history, reconcile
from prescient.store.history import Unit
from prescient.usecases.support.context import StepContext

ALL_KEPT = timedelta(days=30)
HOURS_KEPT = timedelta(days=365)
_DAY = timedelta(days=1)


class HistoryResult(BaseModel):
    """Days without a point that were carried forward, and points that were removed."""

    days_carried: int = 0
    points_thinned: int = 0


def run(context: StepContext) -> HistoryResult:
    """Carry days forward and thin points, in many short transactions."""
    now = context.now()
    with context.database.transaction() as session:
        carried = history.carry_days(session, now.astimezone(UTC).date())
    thinned = _thin(context, Unit.HOUR, now - ALL_KEPT) + _thin(context, Unit.DAY, now - HOURS_KEPT)
    return HistoryResult(days_carried=carried, points_thinned=thinned)


def _thin(context: StepContext, unit: Unit, before: datetime) -> int:
    """Leave the last point of each unit on the days that have ended before this moment."""
    with context.database.transaction() as session:
        since = history.thinned_until(session, unit)
        portfolio_ids = list(reconcile.portfolio_ids(session))
    removed = 0
    for day in _days(since, before):
        for some in portfolio_ids:
            with context.database.transaction() as session:
                removed += history.thin(session, unit, some, day)
        with context.database.transaction() as session:
            history.note_thinned(session, unit, day + _DAY)
    return removed


def _days(since: date | None, before: datetime) -> Iterator[date]:
    day = since or date.max
    while day < before.astimezone(UTC).date():
        yield day
        day += _DAY
