"""`make downgrade`: take a database back to schema v1 or to an earlier revision, after a backup."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from local.postgres import databases
from local.settings import read, switch
from operations import backup, remedies, target
from operations.outcomes import Attempt, as_program, carried_out
from operations.reports import Report
from prescient.core.errors import MigrationRefused
from prescient.store import migration_session, revisions
from prescient.store.revisions import Revision

SETTINGS = ("DATABASE_URL", "DRY_RUN", "TO", "BACKUP")


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of `make downgrade`; `to` is a revision."""

    url: str
    to: str
    dry_run: bool
    wants_backup: bool

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> Options:
        """Read the settings. Raises `InvalidRequest` naming the setting and its rule."""
        return cls(
            url=databases.checked(settings.get("DATABASE_URL", "")),
            to=settings.get("TO") or revisions.BASELINE,
            dry_run=switch(settings, "DRY_RUN", default=False),
            wants_backup=switch(settings, "BACKUP", default=True),
        )


def main(arguments: Sequence[str] = ()) -> int:
    """Downgrade; return the exit status of its outcome."""
    return carried_out(
        lambda attempt: _downgrade(Options.of(read("downgrade", SETTINGS, arguments)), attempt)
    )


def _downgrade(options: Options, attempt: Attempt) -> None:
    database = target.look(options.url)
    started, now = time.monotonic(), datetime.now(UTC)
    with migration_session.connected(options.url) as connection:
        try:
            undone = _undone(connection, options.to)
        except MigrationRefused as error:
            raise remedies.written(error, database) from error
        print(f"Database: {database}", "To undo, in this order:", *_listed(undone), sep="\n")
        deed = "downgrade-dry-run" if options.dry_run else "downgrade"
        report = Report.reserved(database, now, deed)
        taken = _backup(options, now)
        attempt.begin(options.url, None if options.dry_run else options.to)
        _revert(connection, options)
    attempt.finish(_done(options))
    content = {
        "database": str(database),
        "at": now.isoformat(),
        "from_revision": undone[0].number,
        "undone": [revision.number for revision in undone],
        "revision": undone[0].number if options.dry_run else options.to,
        "dry_run": options.dry_run,
        "backup": str(taken) if taken else None,
        "seconds": round(time.monotonic() - started, 3),
    }
    report.write(content, _page(content, undone, _done(options)))
    print(f"Report: {report.page}")


def _undone(connection: Connection, to: str) -> list[Revision]:
    """The revisions to undo, newest first."""
    with connection.begin():
        revision = revisions.current(connection)
        if revision is None:
            raise MigrationRefused("the database has no revision: nothing was migrated")
        if revision == revisions.BASELINE:
            raise MigrationRefused(f"the database is at revision {revision}: it was not upgraded")
        revisions.check_way_back(revision, to)
        if to == revisions.BASELINE:
            revisions.check_nothing_lost(connection)
    return [known for known in revisions.history() if to < known.number <= revision][::-1]


def _backup(options: Options, now: datetime) -> Path | None:
    if options.dry_run or not options.wants_backup:
        return None
    taken = backup.take(options.url, now)
    print(f"Backup: {taken.path} ({taken.bytes:,} bytes)", flush=True)
    return taken.path


def _revert(connection: Connection, options: Options) -> None:
    with connection.begin() as transaction:
        revisions.revert(connection, options.to)
        if options.dry_run:
            transaction.rollback()


def _done(options: Options) -> str:
    if options.dry_run:
        return "all of it was done and undone (a dry run), nothing has changed"
    if options.to == revisions.BASELINE:
        return "the database is of schema v1 again, row for row as it was before the upgrade"
    return f"the database is at revision {options.to}"


def _page(content: Mapping[str, Any], undone: Sequence[Revision], done: str) -> list[str]:
    return [
        f"Downgrade of {content['database']}, {content['at']}",
        "Undone, in this order:",
        *_listed(undone),
        f"Backup: {content['backup'] or 'none'}",
        f"Done in {content['seconds']:,} s: {done}.",
    ]


def _listed(undone: Sequence[Revision]) -> list[str]:
    return [f"  {revision.number}  {revision.summary}" for revision in undone]


if __name__ == "__main__":
    as_program(main)
