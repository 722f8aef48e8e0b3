"""Does the system live?"""

from __future__ import annotations

from datetime import datetime

from prescient.api.context import Api
from prescient.api.responses import Health, NewestBatch
from prescient.api.routing import RouteTable
from prescient.store import health
from prescient.store.health import HealthRow

routes = RouteTable("Health")


@routes.route(["GET"], "/health", scope=None, answers={200: Health})
def get_health(api: Api) -> Health:
    """Tell the schema version, the clock and the age of the newest prices.

    Needs no token. Answers 503 when the database cannot be reached.
    """
    now = api.now()
    with api.database.transaction() as session:
        found = health.check(session)
    return Health(
        status="ok",
        schema_version=found.schema_version,
        clock=now,
        newest_batch=_batch(found, now),
    )


def _batch(found: HealthRow, now: datetime) -> NewestBatch | None:
    if found.batch_id is None or found.batch_completed_at is None:
        return None
    return NewestBatch(
        batch_id=found.batch_id,
        completed_at=found.batch_completed_at,
        age_seconds=round((now - found.batch_completed_at).total_seconds()),
    )
