"""`make migrate`: bring the database of DATABASE_URL to the newest schema, after a backup."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from local.demo.console import terminal
from local.postgres import databases
from local.settings import read, switch
from operations import backup, migration_report, remedies, target
from operations.migration_report import Told
from operations.outcomes import Attempt, as_program, carried_out
from operations.reports import Report
from operations.target import Target
from prescient.core.errors import InvalidRequest, MigrationRefused
from prescient.store.database import SCHEMA_VERSION
from prescient.usecases.migration import MigrationPlan, migrate
from prescient.usecases.support.migrating import MigrateRequest

SETTINGS = ("DATABASE_URL", "DRY_RUN", "TIME_ZONE", "SERVER_TIME_ZONE", "BACKUP")
_SLOW_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of `make migrate`."""

    url: str
    request: MigrateRequest
    wants_backup: bool

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> Options:
        """Read the settings. Raises `InvalidRequest` naming the setting and its rule."""
        return cls(
            url=databases.checked(settings.get("DATABASE_URL", "")),
            request=MigrateRequest(
                dry_run=switch(settings, "DRY_RUN", default=False),
                time_zone=settings.get("TIME_ZONE") or None,
                server_time_zone=settings.get("SERVER_TIME_ZONE") or None,
            ),
            wants_backup=switch(settings, "BACKUP", default=True),
        )


class Preparation:
    """What happens between the plan and the work: the plan is printed, and a backup taken."""

    def __init__(
        self, options: Options, database: Target, attempt: Attempt, console: Console
    ) -> None:
        self.started = datetime.now(UTC)
        self.report: Report | None = None
        self.backup: Path | None = None
        self._options = options
        self.database = database
        self._attempt = attempt
        self._console = console

    def permit(self, plan: MigrationPlan) -> None:
        """Prepare for the plan, unless it is empty; `migrate` calls this before it begins."""
        self._say(f"Database: {self.database}")
        for line in migration_report.plan_lines(plan):
            self._say(line)
        if not plan.lacking:
            return
        dry_run = self._options.request.dry_run
        deed = "migrate-dry-run" if dry_run else "migrate"
        self.report = Report.reserved(self.database, self.started, deed)
        if plan.changes_rows and self._options.wants_backup and not dry_run:
            self._take_backup()
        self._attempt.begin(self._options.url, None if dry_run else SCHEMA_VERSION)

    def _take_backup(self) -> None:
        self._say("Backing up.")
        taken = backup.take(self._options.url, self.started)
        self.backup = taken.path
        self._say(f"Backup: {taken.path} ({taken.bytes:,} bytes)")

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)


def main(arguments: Sequence[str] = ()) -> int:
    """Upgrade; return the exit status of its outcome."""
    return carried_out(lambda attempt: _run(arguments, attempt))


def _run(arguments: Sequence[str], attempt: Attempt) -> None:
    try:
        _migrate(Options.of(read("migrate", SETTINGS, arguments)), attempt, terminal())
    except InvalidRequest as error:
        raise InvalidRequest(*map(_as_setting, error.problems)) from error


def _as_setting(problem: str) -> str:
    """Name the setting of `make migrate` instead of the field of its request."""
    field, colon, rule = problem.partition(":")
    return f"{field.upper()}{colon}{rule}" if field.upper() in SETTINGS else problem


def _migrate(options: Options, attempt: Attempt, console: Console) -> None:
    started = time.monotonic()
    database = target.look(options.url)
    preparation = Preparation(options, database, attempt, console)
    try:
        with _progress_shown(console):
            done = migrate(options.url, options.request, permit=preparation.permit)
    except MigrationRefused as error:
        raise remedies.written(error, database) from error
    if preparation.report is None:
        attempt.finish(f"the database is at revision {done.revision}: there was nothing to do")
        return
    attempt.finish(
        "all of it was done and undone (a dry run), nothing has changed"
        if options.request.dry_run
        else f"the database is at revision {done.revision}"
    )
    told = Told(
        done=done,
        database=str(preparation.database),
        at=preparation.started,
        dry_run=options.request.dry_run,
        backup=preparation.backup,
        seconds=time.monotonic() - started,
    )
    preparation.report.write(told.content(), told.page())
    console.print(*told.summary(), sep="\n")
    console.print(f"Report: {preparation.report.page}", markup=False, soft_wrap=True)


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


if __name__ == "__main__":
    as_program(main)
