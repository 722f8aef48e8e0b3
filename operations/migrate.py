"""`make migrate`: bring the database of DATABASE_URL to the newest schema, after a backup."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Console

from local.demo.report import terminal
from local.postgres import databases
from local.settings import switch
from operations import backup, migration_report
from prescient.core.errors import DatabaseUnavailable, InvalidRequest, PrescientError
from prescient.usecases.migrate import MigrateRequest, Migration, MigrationPlan, migrate

_SLOW_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `make migrate`, from environment variables."""

    url: str
    request: MigrateRequest
    wants_backup: bool

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> Options:
        """Read the variables. Raises `InvalidRequest` naming the variable and its rule."""
        return cls(
            url=databases.checked(variables.get("DATABASE_URL", "")),
            request=MigrateRequest(
                dry_run=switch(variables, "DRY_RUN", default=False),
                time_zone=variables.get("TIME_ZONE") or None,
            ),
            wants_backup=switch(variables, "BACKUP", default=True),
        )


class Backups:
    """Takes a backup before a filled database changes, and remembers it."""

    def __init__(self, url: str, console: Console) -> None:
        self.taken: backup.Backup | None = None
        self._url = url
        self._console = console

    def before(self, plan: MigrationPlan) -> None:
        """Take a backup if the plan changes rows; `migrate` calls this before it begins."""
        if not plan.changes_rows:
            return
        self._console.print("Backing up.")
        self.taken = backup.take(self._url, datetime.now(UTC))
        self._console.print(
            f"Backup: {self.taken.path} ({self.taken.bytes:,} bytes)", markup=False, soft_wrap=True
        )


def main() -> int:
    """Upgrade; return 0 when the database is at the newest schema, 2 when nothing has changed."""
    console = terminal()
    try:
        options = Options.of(os.environ)
        _migrate(options, console)
    except InvalidRequest as error:
        return _refused([problem.replace("time_zone:", "TIME_ZONE:") for problem in error.problems])
    except DatabaseUnavailable as error:
        return _refused([f"DATABASE_URL: {error}"])
    except PrescientError as error:
        return _refused([str(error)])
    return 0


def _migrate(options: Options, console: Console) -> None:
    backups = Backups(options.url, console)
    permit = (
        backups.before if options.wants_backup and not options.request.dry_run else _without_backup
    )
    started = time.monotonic()
    with _progress_shown(console):
        done = migrate(options.url, options.request, permit=permit)
    path = backups.taken.path if backups.taken else None
    migration_report.write(done, options.request, path, time.monotonic() - started)
    _show(done, options.request, console)


def _without_backup(_: MigrationPlan) -> None:
    """Take no backup."""


def _show(done: Migration, request: MigrateRequest, console: Console) -> None:
    if not done.plan.lacking:
        console.print(f"The database is at revision {done.revision}: there is nothing to do.")
        return
    migration_report.show(done, console)
    if request.dry_run:
        console.print("A dry run: all of this was done, and undone. Nothing has changed.")
    else:
        console.print(f"The database is at revision {done.revision}.")
    console.print(f"The whole report: {migration_report.FILE}")


class SlowParts(logging.Handler):
    """Prints the parts of a revision that took a while, as they end."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.INFO)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        *_, seconds = record.args if isinstance(record.args, tuple) else (0.0,)
        if isinstance(seconds, float) and seconds >= _SLOW_SECONDS:
            self._console.print(record.getMessage(), style="dim", markup=False)


@contextmanager
def _progress_shown(console: Console) -> Iterator[None]:
    parts, shown = logging.getLogger("prescient.migrations"), SlowParts(console)
    parts.setLevel(logging.INFO)
    parts.addHandler(shown)
    try:
        yield
    finally:
        parts.removeHandler(shown)


def _refused(problems: list[str]) -> int:
    for problem in problems:
        print(problem, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
