"""Health: the schema revision, the newest batch, and when the regular work last ended well."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from prescient.store import statements
from prescient.store.database import Session
from prescient.store.pending import Pending
from prescient.store.rows import typed_row

SQL = statements.load(__file__)


class HealthRow(NamedTuple):
    """The schema's revision and the newest complete batch, None before the first.

    So are the ends of the last price update and of the last cycle; those that failed do not count.
    `in_use_since` is when the oldest portfolio that is not archived was created.
    """

    schema_version: str
    batch_id: int | None
    batch_completed_at: datetime | None
    prices_updated_at: datetime | None
    cycle_ended_at: datetime | None
    in_use_since: datetime | None


def check(session: Session) -> HealthRow:
    """Ask the database."""
    return send_check(session).get()


def send_check(session: Session) -> Pending[HealthRow]:
    """Ask the database; the answer is read later."""
    cursor = session.cursor(row_factory=typed_row(HealthRow))
    cursor.execute(SQL["select_health"])
    return Pending(lambda: cursor.fetchall()[0])
