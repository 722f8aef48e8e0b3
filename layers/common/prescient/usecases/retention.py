"""Keeps tape and idempotency keys as long as they are useful, what a record refers to for ever."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel

from prescient.store import idempotency, retention
from prescient.usecases.support.context import StepContext

STALE_AFTER = timedelta(hours=1)  # no fetch takes so long
KEYS_KEPT = timedelta(days=30)  # clients repeat a request within minutes, a person within days


class RetentionResult(BaseModel):
    """Stale batches, snapshots, hourly marks and idempotency keys that were removed."""

    stale_batches: int = 0
    snapshots: int = 0
    hours: int = 0
    idempotency_keys: int = 0


def run(context: StepContext) -> RetentionResult:
    """Remove what is too old and not needed, in many short transactions."""
    now = context.now()
    done = RetentionResult()
    with context.database.transaction() as session:
        done.stale_batches = retention.remove_stale(session, now - STALE_AFTER)
        done.idempotency_keys = idempotency.forget(session, now - KEYS_KEPT)
    last: int | None = 0
    while last is not None:
        with context.database.transaction() as session:
            trimmed = retention.trim(session, now - context.tape_retention, last, now)
        done.snapshots += trimmed.snapshots
        last = trimmed.last_batch_id
    removed: int | None = None
    while removed != 0:
        with context.database.transaction() as session:
            removed = retention.remove_hours(session, now - context.hours_retention)
        done.hours += removed
    return done
