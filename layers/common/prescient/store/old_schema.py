"""Whether a database without a revision is empty, of schema v1, or something else.

Schema v1 is what the baseline revision makes. A column may be narrower than there (a shorter
VARCHAR, fewer digits, NOT NULL), and nullable where the upgrade keeps nulls; order, defaults, names
of constraints and further indexes are free. So is what the seed's own script adds, whole or half
(`old_script`). Everything else that differs is named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, LiteralString

from psycopg import sql

from prescient.core.errors import InvalidRequest, MigrationRefused, Remedy
from prescient.store import mending, old_script, statements
from prescient.store.database import Session
from prescient.store.mending import Place

SQL = statements.load(__file__)
TABLES = (
    "portfolio_state",
    "portfolio_positions",
    "trades",
    "trading_signals",
    "portfolio_history",
    "portfolio_snapshots",
    "signal_archives",
    "system_metadata",
    "events",
    "markets",
    "market_snapshots",
)
_KEEPS_NULLS = frozenset({"portfolio_snapshots", "signal_archives", "system_metadata"})
VERSION_TABLE = "alembic_version"
_SIZED = re.compile(r"([a-z ]+?)(?:\((\d+)(?:,(\d+))?\))?( without time zone)?")
_INTEGERS = ("smallint", "integer")
_FAILURES_NAMED = 40


@dataclass(frozen=True, slots=True)
class Shape:
    """Columns as (table, column) to (type, NOT NULL); constraints as (table, definition)."""

    columns: dict[tuple[str, str], tuple[str, bool]]
    constraints: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What tables must have, and all that they may have; the second is more after the script."""

    tables: tuple[str, ...]
    needed: Shape
    known: Shape

    @property
    def constraints(self) -> frozenset[tuple[str, str]]:
        """The constraints that may not be missing; the script's foreign keys may."""
        return self.needed.constraints | {
            (table, definition)
            for table, definition in self.known.constraints
            if table in old_script.TABLES and not definition.startswith("FOREIGN KEY")
        }

    def may_lack(self, table: str, column: str) -> bool:
        """Whether it is a column that the script adds to a table of schema v1."""
        return table not in old_script.TABLES and (table, column) not in self.needed.columns


def holds_old_schema(session: Session, baseline: LiteralString, later: Collection[str]) -> bool:
    """True for schema v1, False for a schema without any table.

    `baseline` is the SQL that makes schema v1, `later` are the names of the tables and views that
    later revisions make. Raises `MigrationRefused` for anything else.
    """
    namespace, names = _relations(session)
    present = names - {VERSION_TABLE}
    if not present:
        return False
    if present.isdisjoint(TABLES):
        raise MigrationRefused(
            f"the database has tables, but none of schema v1 ({', '.join(sorted(present)[:10])}): "
            "a fresh install wants an empty database or schema"
        )
    with session.transaction(force_rollback=True):
        _check_shape(session, namespace, baseline, present, set(later))
    old_script.check_decided(session, present)
    return True


def count_rows(session: Session, limit: int) -> int:
    """The rows of schema v1, no table counted further than `limit`."""
    _, present = _relations(session)
    return sum(_count(session, table, limit) for table in TABLES if table in present)


def count_trades(session: Session, limit: int) -> int:
    """The trades of the new tables while both are there, not counted further than `limit`."""
    return _count(session, "trades", limit)


def check_time_zone(session: Session, field: str, name: str) -> None:
    """Raises `InvalidRequest` when Postgres does not know the time zone."""
    if not _first(session, "select_time_zone", name=name):
        raise InvalidRequest(
            f"{field}: {name!r} is not a name that Postgres knows; one like Europe/Berlin is"
        )


def report(session: Session) -> dict[str, Any] | None:
    """What the upgrade of schema v1 found and proved; None for a database that began without."""
    row = session.execute(SQL["select_report"]).fetchone()
    return None if row is None else json.loads(row[0], parse_float=Decimal)


def note_reconciled(session: Session) -> None:
    """Add to the report that the upgraded books reconcile."""
    session.execute(SQL["note_reconciled"])


def _relations(session: Session) -> tuple[int, set[str]]:
    row = session.execute(SQL["select_relations"]).fetchone()
    if row is None:
        raise MigrationRefused("the search path names no schema that exists")
    return row[0], set(row[1])


def _check_shape(
    session: Session, namespace: int, baseline: LiteralString, present: set[str], later: set[str]
) -> None:
    """Raise `MigrationRefused` with every difference and what the owner can do about it."""
    is_seeded = old_script.has_run(_shape(session, namespace, old_script.TABLES).columns)
    tables = (*TABLES, *old_script.TABLES) if is_seeded else TABLES
    found, place = _shape(session, namespace, tables), Place(namespace, tables)
    attached = _attachments(session, place)
    wanted = _wanted(session, baseline, tables, is_seeded=is_seeded)
    named_as_later = present & (later - {*tables})
    differences = [*_differences(found, wanted, present, named_as_later), *attached]
    if differences:
        remedies = [*_remedies(session, place, found, wanted, named_as_later)]
        raise MigrationRefused(_told(differences), remedies)


def _differences(
    found: Shape, wanted: Wanted, present: set[str], named_as_later: set[str]
) -> Iterator[str]:
    # The script drops the state last of all.
    dropped = {"portfolio_state"} if wanted.tables != TABLES else set()
    for name in sorted({*TABLES} - present - dropped):
        yield f"{name}: the table is missing"
    for name in sorted(named_as_later):
        yield f"{name}: a later schema has this name"
    yield from _columns(found, wanted, present)
    yield from _constraints(found, wanted, present)


def _remedies(
    session: Session, place: Place, found: Shape, wanted: Wanted, named_as_later: set[str]
) -> Iterator[Remedy]:
    """What the owner can do about the differences, in the order in which it works."""
    yield from mending.take_off(session, place)
    for table, definition in sorted(found.constraints - wanted.known.constraints):
        yield mending.drop_constraint(session, place, table, definition)
    for name in sorted(named_as_later):
        yield mending.rename(session, name)
    yield from _column_remedies(session, found, wanted)
    tables = {table for table, _ in found.columns}
    for table, definition in sorted(wanted.constraints - found.constraints):
        if table in tables:
            yield mending.add_constraint(session, table, definition)


def _column_remedies(session: Session, found: Shape, wanted: Wanted) -> Iterator[Remedy]:
    for table, column in sorted(found.columns.keys() - wanted.known.columns.keys()):
        yield mending.move_aside(session, table, column)
    tables = {table for table, _ in found.columns}
    for (table, column), (kind, required) in wanted.known.columns.items():
        if (table, column) not in found.columns:
            if table in tables and not wanted.may_lack(table, column):
                yield mending.add_column(session, table, column, kind)
            continue
        actual, is_required = found.columns[table, column]
        if not _fits(actual, kind):
            yield mending.retype(session, table, column, actual, kind)
        if required and not is_required and not _keeps_nulls(table, column):
            yield mending.require(session, table, column)


def _constraints(found: Shape, wanted: Wanted, present: set[str]) -> Iterator[str]:
    for table, definition in sorted(wanted.constraints - found.constraints):
        if table in present:
            yield f"{table}: {definition} is missing"
    for table, definition in sorted(found.constraints - wanted.known.constraints):
        yield f"{table}: schema v1 has no {definition}"


def _columns(found: Shape, wanted: Wanted, present: set[str]) -> Iterator[str]:
    for (table, column), (kind, required) in wanted.known.columns.items():
        if table not in present:
            continue
        if (table, column) not in found.columns:
            if not wanted.may_lack(table, column):
                yield f"{table}.{column}: the column is missing"
            continue
        actual, is_required = found.columns[table, column]
        if not _fits(actual, kind):
            yield f"{table}.{column}: {actual}, not {kind}"
        if required and not is_required and not _keeps_nulls(table, column):
            yield f"{table}.{column}: NOT NULL is missing"
    for table, column in sorted(found.columns.keys() - wanted.known.columns.keys()):
        yield f"{table}.{column}: schema v1 has no such column"


def _keeps_nulls(table: str, column: str) -> bool:
    """Whether the present table has room for a null in the column."""
    if column in ("id", "key"):
        return False
    return table in _KEEPS_NULLS or (column == "created_at" and table != "portfolio_state")


def _fits(actual: str, wanted: str) -> bool:
    """Whether every value of the type `actual` is one of `wanted`, and written alike."""
    if actual == wanted or (wanted == "text" and actual.startswith("character varying")):
        return True
    if actual in _INTEGERS and wanted in _INTEGERS:
        return _INTEGERS.index(actual) < _INTEGERS.index(wanted)
    narrow, wide = _SIZED.fullmatch(actual), _SIZED.fullmatch(wanted)
    if narrow is None or wide is None or narrow[1] != wide[1] or narrow[4] != wide[4]:
        return False
    if narrow[2] is None or wide[2] is None:
        return wide[2] is None
    scale, wide_scale = int(narrow[3] or 0), int(wide[3] or 0)
    return scale <= wide_scale and int(narrow[2]) - scale <= int(wide[2]) - wide_scale


def _wanted(
    session: Session, baseline: LiteralString, tables: tuple[str, ...], *, is_seeded: bool
) -> Wanted:
    session.execute(SQL["use_temporary_schema"])
    session.execute(baseline)
    own = _first(session, "select_temporary_schema")
    needed = _shape(session, own, tables)
    if not is_seeded:
        return Wanted(tables, needed, needed)
    old_script.make(session)
    return Wanted(tables, needed, _shape(session, own, tables))


def _attachments(session: Session, place: Place) -> list[str]:
    values = {"namespace": place.namespace, "tables": list(place.tables)}
    return [attachment for (attachment,) in session.execute(SQL["select_attachments"], values)]


def _shape(session: Session, namespace: int, tables: Collection[str]) -> Shape:
    values = {"namespace": namespace, "tables": list(tables)}
    return Shape(
        columns={
            (table, column): (kind, required)
            for table, column, kind, required in session.execute(SQL["select_columns"], values)
        },
        constraints=frozenset(
            (table, definition)
            for table, definition in session.execute(SQL["select_constraints"], values)
        ),
    )


def _told(differences: list[str]) -> str:
    told = "; ".join(differences[:_FAILURES_NAMED])
    if len(differences) > _FAILURES_NAMED:
        told += f"; and {len(differences) - _FAILURES_NAMED} more"
    return f"the tables are not those of schema v1: {told}"


def _count(session: Session, table: str, limit: int) -> int:
    query = sql.SQL(SQL["count_rows"]).format(table=sql.Identifier(table))
    row = session.execute(query, {"limit": limit}).fetchone()
    return int(row[0]) if row else 0


def _first(session: Session, statement: str, **values: object) -> int:
    row = session.execute(SQL[statement], values).fetchone()
    return int(row[0]) if row else 0
