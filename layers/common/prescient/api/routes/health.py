"""Does the system live?"""

from __future__ import annotations

from datetime import datetime, timedelta

from prescient.api.authorization import Scope
from prescient.api.context import Api
from prescient.api.responses.errors import ErrorBody
from prescient.api.responses.health import (
    Health,
    HealthDetails,
    HealthStatus,
    NewestBatch,
    RegularWork,
)
from prescient.api.routing import RouteTable
from prescient.core.errors import PrescientError
from prescient.store import health
from prescient.store.health import HealthRow

routes = RouteTable("Health")


@routes.route(["GET"], "/health", scope=None, answers={200: Health, 503: Health | ErrorBody})
def get_health(api: Api) -> tuple[Health, int]:
    """Tell whether the system is well, and nothing else.

    Needs no token. Answers 503 when it is not: a price update or a cycle is late, or the database
    cannot be used. What is told is at most five seconds old.
    """
    is_ok = api.is_healthy.value(api.now(), lambda: _is_ok(api))
    return Health(status="ok" if is_ok else "not_ok"), 200 if is_ok else 503


# A route of its own: API Gateway looks at no token where a route is open to strangers.
@routes.route(["GET"], "/health/details", scope=Scope.READ, answers={200: HealthDetails})
def get_health_details(api: Api) -> HealthDetails:
    """Tell the schema version, the clock, and how old prices, price updates and cycles are."""
    now = api.now()
    with api.database.reading() as session:
        found = health.check(session)
    update = _work(found.prices_updated_at, found.in_use_since, api.price_update_late_after, now)
    cycle = _work(found.cycle_ended_at, found.in_use_since, api.cycle_late_after, now)
    return HealthDetails(
        status=_status(update, cycle),
        schema_version=found.schema_version,
        clock=now,
        newest_batch=_batch(found, now),
        price_update=update,
        cycle=cycle,
    )


def _is_ok(api: Api) -> bool:
    try:
        return get_health_details(api).status is not HealthStatus.LATE
    except PrescientError:
        return False


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
