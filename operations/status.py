"""`make status`: which schema a database has, what is pending, what the commands would do.

It changes nothing: it reads, and asks `migrate` for its plan, which is no more than one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import shorten

import psycopg
from psycopg.rows import class_row
from rich.console import RenderableType
from rich.text import Text

from local.demo.console import plain_table, terminal
from local.settings import read
from operations import remedies, target
from operations.migration_report import found_lines
from operations.opened import opened
from prescient.core.errors import MigrationRefused, PrescientError
from prescient.store import reach, revisions, stamp, statements
from prescient.store.database import CONNECT_TIMEOUT_SECONDS, SCHEMA_VERSION, Session
from prescient.store.old_schema import TABLES
from prescient.usecases.migration import plan
from prescient.usecases.support.migrating import MigrateRequest

SQL = statements.load(__file__)
SETTINGS = ("DATABASE_URL",)
_SUMMARY = 70
_COUNTED_ROWS = 100_000  # of each table of schema v1; beyond that Postgres' estimate has to do


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server says of itself and of the database.

    `time_zone` is the server's own, `old_size` what the tables of schema v1 take, `old_rows` how
    many rows Postgres takes them to hold, and `has_reports` whether a migration has kept its report
    there.
    """

    is_standby: bool
    time_zone: str
    size: str
    old_size: str
    old_rows: int
    has_reports: bool
    is_migrating: bool


def main(arguments: Sequence[str] = ()) -> int:
    """Show the status; return 0, and 1 where the database cannot be asked."""
    console = terminal()
    try:
        with opened(read("status", SETTINGS, arguments)) as url:
            for part in _status(url):
                console.print(part, soft_wrap=isinstance(part, Text))
    except PrescientError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _status(url: str) -> Iterator[RenderableType]:
    revision = stamp.standing(url)
    with _reading(url) as session:
        facts = _facts(session)
        yield Text(f"Database: {target.of(session)}, {facts.size}")
        yield Text(f"Revision: {_described(session, facts, revision)}")
        way_back = [*_way_back(session, revision)]
    yield from _history(revision)
    yield from map(Text, _way_on(url, facts, revision))
    yield from map(Text, way_back)


@contextmanager
def _reading(url: str) -> Iterator[Session]:
    with reach.told(), psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_SECONDS) as session:
        session.execute("SET TRANSACTION READ ONLY")
        yield session


def _facts(session: Session) -> Facts:
    with session.cursor(row_factory=class_row(Facts)) as cursor:
        facts = cursor.execute(SQL["select_facts"], {"tables": list(TABLES)}).fetchone()
    assert facts is not None
    return facts


def _described(session: Session, facts: Facts, revision: str | None) -> str:
    if revision is None:
        return "none"
    newest = ", the newest" if revision == SCHEMA_VERSION else f"; the newest is {SCHEMA_VERSION}"
    upgraded = _upgraded(session) if facts.has_reports else None
    return f"{revision}{newest}" + (f"; schema v1 was upgraded {upgraded} UTC" if upgraded else "")


def _upgraded(session: Session) -> str | None:
    try:
        with session.transaction():
            row = session.execute(SQL["select_upgraded_at"]).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return None
    return row[0] if row else None


def _history(revision: str | None) -> Iterator[RenderableType]:
    """How many revisions are applied, and which are not."""
    history = revisions.history()
    pending = [known for known in history if revision is None or known.number > revision]
    yield Text(f"Revisions: {len(history) - len(pending)} of {len(history)} are applied.")
    if not pending:
        return
    shown = plain_table("Pending revisions")
    for heading in ("revision", "kind", "what it is"):
        shown.add_column(heading)
    for known in pending:
        kind = "contracting" if known.is_contracting else "expanding"
        shown.add_row(known.number, kind, shorten(known.summary, _SUMMARY, placeholder="…"))
    yield shown


def _way_on(url: str, facts: Facts, revision: str | None) -> Iterator[str]:
    """What `make migrate` would do."""
    if revision == SCHEMA_VERSION:
        yield "make migrate: nothing is pending."
        return
    if facts.is_standby or facts.is_migrating:
        why = "this is a standby, which only reads" if facts.is_standby else "a migration runs now"
        yield f"make migrate: would be refused: {why}."
        return
    try:
        planned = plan(url, MigrateRequest(), _COUNTED_ROWS)
    except PrescientError as error:
        yield f"make migrate: would be refused: {error}"
        if isinstance(error, MigrationRefused) and error.remedies:
            yield "It would write the SQL of what can be done, without losing anything:"
            yield from remedies.listed(error)
        return
    pending = f"{len(planned.lacking)} revisions, {planned.lacking[0]} to {planned.lacking[-1]}"
    backup = ", after a backup" if planned.changes_rows else ""
    yield f"make migrate: would apply {pending}{backup}."
    yield from found_lines(planned, _number_of_rows(planned.old_rows, facts.old_rows))
    if revisions.UPGRADE in planned.lacking and planned.old_rows:
        yield f"Beside the old tables the new ones need the same room again: {facts.old_size}."
        yield (
            f"Without TIME_ZONE the application's clock counts as one of {facts.time_zone}; "
            "SERVER_TIME_ZONE is guessed from it and from the rows."
        )


def _number_of_rows(counted: int, estimated: int) -> str:
    if counted < _COUNTED_ROWS:
        return f"{counted:,}"
    return f"about {estimated:,}" if estimated > counted else f"at least {counted:,}"


def _way_back(session: Session, revision: str | None) -> Iterator[str]:
    """What `make downgrade` would do."""
    known = [known.number for known in revisions.history()]
    if revision not in known or revision == revisions.BASELINE:
        return
    steps = revisions.steps_back(revision)
    if steps:
        yield f"make downgrade TO={steps[0]}: one step back; TO={steps[-1]} is the last such step."
    try:
        reasons = revisions.refusal_of_downgrade(session, soon=True)
    except psycopg.errors.InsufficientPrivilege:
        reasons = "this login may not ask"
    if reasons is None:
        yield "make downgrade: possible, to schema v1 as it was."
    else:
        yield f"make downgrade: would be refused: {reasons}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
