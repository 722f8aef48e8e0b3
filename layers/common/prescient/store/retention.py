"""Removes from the tape what is no longer needed."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from psycopg.rows import scalar_row

from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)
BATCHES_A_TRANSACTION = 20
HOURS_A_TRANSACTION = 200_000


class Trimmed(NamedTuple):
    """Batches looked at (the last of them, None when there are no more), and rows removed."""

    last_batch_id: int | None
    snapshots: int


def remove_stale(session: Session, started_before: datetime) -> int:
    """Remove batches that have been loading since before this moment; how many they were."""
    return session.execute(SQL["delete_stale"], {"started_before": started_before}).rowcount


def trim(session: Session, started_before: datetime, after: int, now: datetime) -> Trimmed:
    """Remove from some batches older than this moment, and after batch `after`, what is not needed.

    Kept are: whatever shows the market of an open position, what the signals of a cycle saw in its
    batch, the prices that an exit was made at, and rows of schema v1.
    """
    values = {"started_before": started_before, "after": after, "limit": BATCHES_A_TRANSACTION}
    with session.cursor(row_factory=scalar_row) as cursor:
        batch_ids = cursor.execute(SQL["select_untrimmed"], values).fetchall()
    if not batch_ids:
        return Trimmed(None, 0)
    chosen = {"batch_ids": batch_ids, "now": now}
    snapshots = session.execute(SQL["trim_snapshots"], chosen).rowcount
    for statement in ("trim_features", "trim_books", "mark_trimmed", "delete_empty"):
        session.execute(SQL[statement], chosen)
    return Trimmed(batch_ids[-1], snapshots)


def remove_hours(session: Session, before: datetime) -> int:
    """Remove some of the hourly marks from before this moment; 0 when there are no more."""
    values = {"before": before, "limit": HOURS_A_TRANSACTION}
    return session.execute(SQL["delete_hours"], values).rowcount
