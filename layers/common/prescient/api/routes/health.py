"""Does the system live?"""

from __future__ import annotations

from datetime import datetime, timedelta

from prescient.api.context import Api
from prescient.api.responses.errors import ErrorBody
from prescient.api.responses.health import Health, HealthStatus, NewestBatch, RegularWork
from prescient.api.routing import RouteTable
from prescient.store import health
from prescient.store.health import HealthRow

routes = RouteTable("Health")


@routes.route(["GET"], "/health", scope=None, answers={200: Health, 503: Health | ErrorBody})
def get_health(api: Api) -> tuple[Health, int]:
    """Tell the schema version, the clock, and how old prices, price updates and cycles are.

    Needs no token. Answers 503 when a price update or a cycle is late, with which of them, and when
    the database cannot be reached.
    """
    now = api.now()
    with api.database.transaction() as session:
        found = health.check(session)
    update = _work(found.prices_updated_at, found.in_use_since, api.price_update_late_after, now)
    cycle = _work(found.cycle_ended_at, found.in_use_since, api.cycle_late_after, now)
    status = _status(update, cycle)
    answer = Health(
        status=status,
        schema_version=found.schema_version,
        clock=now,
        newest_batch=_batch(found, now),
        price_update=update,
        cycle=cycle,
    )
    return answer, 503 if status is HealthStatus.LATE else 200


def _status(*regular: RegularWork) -> HealthStatus:
    if any(work.is_late for work in regular):
        return HealthStatus.LATE
    if any(work.ended_at is None for work in regular):
        return HealthStatus.STARTING
    return HealthStatus.OK


def _work(
    ended_at: datetime | None, in_use_since: datetime | None, late_after: timedelta, now: datetime
) -> RegularWork:
    """Before its first end, work counts from the first portfolio: until then it is not missed."""
    since = ended_at or in_use_since
    return RegularWork(
        ended_at=ended_at,
        age_seconds=None if ended_at is None else round((now - ended_at).total_seconds()),
        late_after_seconds=round(late_after.total_seconds()),
        is_late=since is not None and now - since > late_after,
    )


def _batch(found: HealthRow, now: datetime) -> NewestBatch | None:
    if found.batch_id is None or found.batch_completed_at is None:
        return None
    return NewestBatch(
        batch_id=found.batch_id,
        completed_at=found.batch_completed_at,
        age_seconds=round((now - found.batch_completed_at).total_seconds()),
    )
