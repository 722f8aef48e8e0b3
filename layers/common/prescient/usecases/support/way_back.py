"""The way back of a schema whose newest revisions only added."""

from __future__ import annotations

from dataclasses import dataclass

from prescient.core.errors import InvalidRequest
from prescient.store import migration_session, revisions
from prescient.store.database import Database


@dataclass(frozen=True, slots=True)
class WayBack:
    """The revision that the database is at now, and the undone ones, newest first."""

    revision: str
    from_revision: str
    undone: list[str]


def go(database: Database, to: str, *, dry_run: bool) -> WayBack:
    """Take an upgraded database back to the revision `to`, in one transaction.

    What the undone revisions made is gone with what it holds. Raises `MigrationRefused` where a
    contracting revision lies between, and `InvalidRequest` for schema v1 and for no revision.
    """
    if to == revisions.BASELINE:
        raise InvalidRequest("to: schema v1 itself is for `make downgrade`, which takes a backup")
    with (
        migration_session.connected(database.url, database.statement_timeout) as connection,
        connection.begin() as transaction,
    ):
        revision = revisions.current(connection) or ""
        revisions.check_way_back(revision, to)
        revisions.revert(connection, to)
        if dry_run:
            transaction.rollback()
    undone = [known.number for known in revisions.history() if to < known.number <= revision]
    return WayBack(revision if dry_run else to, revision, undone[::-1])
