"""The revisions of `migrations/`, each applied within the caller's transaction.

Only the migrate function, which has the layer with Alembic, imports this.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import LiteralString

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError
from psycopg import errors
from sqlalchemy.engine import Connection

from prescient.core.errors import InvalidRequest, MigrationRefused, PrescientError
from prescient.store import mending, migration_session, old_schema, roles, statements
from prescient.store.database import Session
from prescient.store.mending import Place

SQL = statements.load(__file__)
BASELINE = "0001"
UPGRADE = "0002"
_CREATED = re.compile(r"^CREATE (?:TABLE|VIEW) (\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the upgrade of schema v1 needs to know.

    Whose local time the timestamps are: of the application's clock (by default the server's own)
    and of the server's (by default guessed); the snapshot that its report names; and whether the
    database came without a revision.
    """

    time_zone: str | None = None
    server_time_zone: str | None = None
    snapshot_id: str | None = None
    adopted: bool = False


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision, and whether code that was written before it misses something after it."""

    number: str
    summary: str
    is_contracting: bool


def current(connection: Connection) -> str | None:
    """The database's revision, None before the first.

    Raises `MigrationRefused` for one that is not of this code.
    """
    revision = MigrationContext.configure(connection).get_current_revision()
    try:
        _scripts().get_revision(revision or BASELINE)
    except CommandError:
        raise MigrationRefused(
            f"the database is at revision {revision!r}, which this code does not know: it is "
            "newer, or another program's"
        ) from None
    return revision


def history() -> list[Revision]:
    """Every revision of this code, oldest first."""
    return [_told_of(script) for script in _scripts().walk_revisions()][::-1]


def steps_back(revision: str) -> list[str]:
    """The revisions to which `revision` can be taken back, nearest first, the baseline left aside.

    It ends at a contracting one: what that removed or moved is gone.
    """
    older: list[str] = []
    for known in reversed(history()):
        if known.number < revision:
            older.append(known.number)
        if known.number <= revision and known.is_contracting:
            return older
    return older


def check_way_back(revision: str, target: str) -> None:
    """Raise `MigrationRefused` where `revision` cannot be taken back to `target`.

    The baseline lies behind contracting ones, but the upgrade kept what brings it back.
    """
    numbers = [known.number for known in history()]
    if target not in numbers:
        raise InvalidRequest(f"TO: no revision {target!r}: there are {', '.join(numbers)}")
    if target >= revision:
        raise MigrationRefused(f"TO: the database is at revision {revision}, not above {target}")
    if target == BASELINE or target in steps_back(revision):
        return
    last = (steps_back(revision) or [revision])[-1]
    summary = next(known.summary for known in history() if known.number == last)
    raise MigrationRefused(
        f"TO: revision {last} ({summary}) is contracting: no step leads back over it, only the "
        "whole way to schema v1, without TO"
    )


def check_nothing_lost(connection: Connection) -> None:
    """Raise `MigrationRefused` where schema v1 has no place for what happened since the upgrade, or
    where views and the like, an owner's own, would go with the tables that they read."""
    begun = migration_session.begun_session(connection)
    if (reasons := refusal_of_downgrade(begun)) is not None:
        raise MigrationRefused(reasons)
    row = begun.execute(SQL["select_schema"]).fetchone()
    place = Place(row[0] if row else 0, later_names())
    if remedies := [*mending.take_off(begun, place, of_ours=True)]:
        told = "; ".join(remedy.about for remedy in remedies)
        raise MigrationRefused(f"the tables would take with them what reads them: {told}", remedies)


def refusal_of_downgrade(session: Session, *, soon: bool = False) -> str | None:
    """Return why the database cannot become schema v1 again, None where it can. Only reads.

    With `soon` it looks only at rows with ids after those of the upgrade, which is faster.
    """
    part = _folder() / "versions" / "0002_multi_portfolio/down/01_unload.sql"
    try:
        with session.transaction():
            session.execute(SQL["set_probe"], {"probe": "yes" if soon else "no"})
            session.execute(statements.load(str(part))["refusals"])
    except errors.RaiseException as error:
        return error.diag.message_primary
    return None


def pending(revision: str | None, target: str = "head") -> list[str]:
    """The revisions from `revision` on up to `target`, oldest first."""
    newer = _scripts().iterate_revisions(target, revision or "base")
    return [script.revision for script in newer][::-1]


def apply(connection: Connection, revision: str) -> None:
    """Bring an upgraded database up to `revision`, within the transaction that is open."""
    roles.bootstrap(migration_session.begun_session(connection), our_tables())
    command.upgrade(_configuration(connection, Facts()), revision)
    _note_range(connection)


def upgrade(connection: Connection, steps: Sequence[str], facts: Facts = Facts()) -> None:
    """Make the tables of `steps`, from revision 2 on, beside those of schema v1, and fill them.

    It happens within the transaction that is open, whose unqualified names mean the new tables from
    then on. The old ones keep their owners, and stay readable, until `take_place`.
    """
    begun = migration_session.begun_session(connection)
    roles.prepare(begun, our_tables())
    limits = None
    for revision in steps:
        command.upgrade(_configuration(connection, facts), revision)
        if revision == UPGRADE:
            limits = begun.execute(SQL["select_limits"]).fetchone()
    if limits is not None:
        begun.execute(SQL["set_limits"], limits)
    _note_range(connection)


def take_place(connection: Connection) -> None:
    """Drop the tables of schema v1 and put the new ones in their place: readers wait for this."""
    part = _folder() / "versions" / "0002_multi_portfolio/swap/01_swap.sql"
    for statement in statements.load(str(part)).values():
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    roles.take_over(migration_session.session(connection))


def revert(connection: Connection, revision: str) -> None:
    """Bring the database down to `revision`, within the transaction that is open.

    No other session reads or writes it meanwhile.
    """
    begun = migration_session.begun_session(connection)
    roles.bootstrap(begun, our_tables())
    begun.execute(SQL["lock_tables"])
    if revision == BASELINE:
        begun.execute(SQL["drop_range"])
    command.downgrade(_configuration(connection, Facts()), revision)
    if revision == BASELINE:
        roles.leave(begun)
    else:
        _note_range(connection)


def stamp(connection: Connection, revision: str) -> None:
    """Note that the database is at `revision`, as it is."""
    roles.prepare(migration_session.begun_session(connection), our_tables())
    command.stamp(_configuration(connection, Facts()), revision)


def baseline_sql() -> LiteralString:
    """The statements that create schema v1."""
    return (_folder() / "versions" / f"{BASELINE}_schema_v1/01_tables.sql").read_text("utf-8")


def our_tables() -> set[str]:
    """The tables and views that a migration makes or replaces, whatever else the schema holds."""
    return later_names() | {*old_schema.TABLES, old_schema.VERSION_TABLE}


def later_names() -> set[str]:
    """The tables and views that the revisions after the baseline make."""
    parts = [
        path.read_text("utf-8")
        for path in (_folder() / "versions").glob("*/*.sql")
        if not path.parent.name.startswith(BASELINE)
    ]
    return set(_CREATED.findall("\n".join(parts)))


def _note_range(connection: Connection) -> None:
    """Note the newest contracting revision: code written before it misses something."""
    revision = current(connection)
    contracting = [
        known.number
        for known in history()
        if known.is_contracting and known.number <= (revision or BASELINE)
    ]
    if revision in (None, BASELINE) or not contracting:
        return
    begun = migration_session.session(connection)
    if begun.execute(SQL["ask_whether_ranged"]).fetchone() != (True,):
        begun.execute(SQL["add_range"])
    begun.execute(SQL["note_range"], {"least_code": contracting[-1]})


def _folder() -> Path:
    """`migrations/`, wherever it is on the import path."""
    package = find_spec("migrations")
    if package is None or not package.submodule_search_locations:
        raise PrescientError("migrations/ is not on the import path")
    return Path(next(iter(package.submodule_search_locations)))


def _configuration(connection: Connection | None, facts: Facts) -> Config:
    prepared = Config()
    prepared.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    prepared.attributes["connection"] = connection
    prepared.attributes["time_zone"] = facts.time_zone
    prepared.attributes["server_time_zone"] = facts.server_time_zone
    prepared.attributes["snapshot_id"] = facts.snapshot_id
    prepared.attributes["adopted"] = "yes" if facts.adopted else None
    return prepared


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_configuration(None, Facts()))


def _told_of(script: Script) -> Revision:
    kinds = {"contracting": True, "expanding": False}
    return Revision(script.revision, script.doc.rstrip("."), kinds[script.module.kind])
