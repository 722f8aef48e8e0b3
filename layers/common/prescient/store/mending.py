"""What the owner of a database can do where it differs from schema v1: statements to run before the
upgrade and after it, which lose nothing. They are shown, never run by us."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from prescient.core.errors import Remedy
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)
_WITH_ZONE = "timestamp with time zone"


@dataclass(frozen=True, slots=True)
class Place:
    """Where schema v1's tables lie: the schema's oid, and their names."""

    namespace: int
    tables: Collection[str]


def take_off(session: Session, place: Place, *, of_ours: bool = False) -> Iterator[Remedy]:
    """Save and drop what hangs on the tables, as views and triggers; put it back after.

    Row-level security `of_ours`, the tables of later revisions, is none of the owner's.
    """
    values = {"namespace": place.namespace, "tables": list(place.tables)}
    for kind, about, before, after in session.execute(SQL["select_attached"], values).fetchall():
        if of_ours and kind == "row-level security":
            continue
        yield Remedy(f"{about}: save and drop it, make it again after", before, after)


def rename(session: Session, table: str) -> Remedy:
    """Free the name of a table that later revisions make."""
    before = _sql(session, "ALTER TABLE {} RENAME TO {};", table, f"{table}_own")
    return Remedy(f"table {table}: give it another name", before)


def add_constraint(session: Session, table: str, definition: str) -> Remedy:
    """Add a constraint of schema v1 that is missing."""
    before = _sql(session, "ALTER TABLE {} ADD", table) + f" {definition};"
    return Remedy(f"{table}: {definition}: add it", before)


def drop_constraint(session: Session, place: Place, table: str, definition: str) -> Remedy:
    """Drop a constraint that schema v1 does not have. The upgraded table has its own."""
    values = {"namespace": place.namespace, "table": table, "definition": definition}
    found = session.execute(SQL["select_constraint_name"], values).fetchone()
    name = found[0] if found else ""
    return Remedy(
        f"{table}: {definition}: save and drop it",
        _sql(session, "ALTER TABLE {} DROP CONSTRAINT {};", table, name),
        _sql(session, "-- where it still holds: ALTER TABLE {} ADD CONSTRAINT {}", table, name)
        + f" {definition};",
    )


def move_aside(session: Session, table: str, column: str) -> Remedy:
    """Move a column that schema v1 does not have to a table of its own, by the key of its rows."""
    key = "key" if table == "system_metadata" else "id"
    aside = f"{table}_{column}"
    make = "CREATE TABLE {} AS SELECT {}, {} FROM {} WHERE {} IS NOT NULL;\n"
    return Remedy(
        f"column {table}.{column}: move it aside, to a table {aside} by {key}",
        _sql(session, make, aside, key, column, table, column)
        + _sql(session, "ALTER TABLE {} ADD PRIMARY KEY ({});\n", aside, key)
        + _sql(session, "ALTER TABLE {} DROP COLUMN {};", table, column),
        _sql(session, "-- SELECT … FROM {} LEFT JOIN {} USING ({})", table, aside, key),
    )


def retype(session: Session, table: str, column: str, actual: str, wanted: str) -> Remedy:
    """Give a column the type of schema v1; a moment becomes the local time of the server's zone."""
    before = _sql(session, "ALTER TABLE {} ALTER COLUMN {} TYPE", table, column) + f" {wanted}"
    if actual.startswith(_WITH_ZONE):
        before += _sql(session, " USING {} AT TIME ZONE current_setting('TimeZone')", column)
    return Remedy(f"column {table}.{column}: make it {wanted}", f"{before};")


def require(session: Session, table: str, column: str) -> Remedy:
    """Let a column have no nulls."""
    return Remedy(
        f"column {table}.{column}: fill its nulls, or remove their rows; then forbid them",
        _sql(session, "-- SELECT * FROM {} WHERE {} IS NULL\n", table, column)
        + _sql(session, "ALTER TABLE {} ALTER COLUMN {} SET NOT NULL;", table, column),
    )


def add_column(session: Session, table: str, column: str, wanted: str) -> Remedy:
    """Add a column of schema v1 that is missing."""
    before = _sql(session, "ALTER TABLE {} ADD COLUMN {}", table, column) + f" {wanted};"
    return Remedy(f"column {table}.{column}: add it, and fill it where it may not be null", before)


def script(remedies: Sequence[Remedy], *, after: bool) -> str:
    """The statements of the remedies, those for after the upgrade in the opposite order."""
    ordered = reversed(remedies) if after else remedies
    parts = ((remedy.about, remedy.after if after else remedy.before) for remedy in ordered)
    return "\n".join(f"-- {about}\n{part}\n" for about, part in parts if part)


def _sql(session: Session, template: LiteralString, *names: str) -> str:
    return sql.SQL(template).format(*map(sql.Identifier, names)).as_string(session)
