"""What code relies on in a database: its relations, their columns, constraints and rights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

_COLUMNS: LiteralString = """
    SELECT relname::text, attname::text, format_type(atttypid, atttypmod),
        attnotnull AND NOT atthasdef AND attidentity = '' AND relkind = 'r'
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')
        AND attnum > 0 AND NOT attisdropped AND relname <> 'alembic_version'"""
_CONSTRAINTS: LiteralString = """
    SELECT relname::text, conname::text, pg_get_constraintdef(pg_constraint.oid), array(
        SELECT attname::text FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)
    )
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
    WHERE relnamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'u', 'x')"""
_RIGHTS: LiteralString = """
    SELECT relname::text, NULL, grantee::regrole::text, privilege_type
    FROM pg_class CROSS JOIN aclexplode(relacl)
    WHERE relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT relname::text, attname::text, grantee::regrole::text, privilege_type
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid CROSS JOIN aclexplode(attacl)
    WHERE relnamespace = 'public'::regnamespace"""
_GUARDED: LiteralString = """
    SELECT relname::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relrowsecurity"""
_SIZED = re.compile(r"(.*?)\((\d+)(?:,(\d+))?\)")


@dataclass(frozen=True)
class Catalog:
    """Columns as (relation, column) to (type, whether an INSERT must name it); constraints as
    (table, name) to (definition, columns); rights as rows; the tables with row-level security."""

    columns: dict[tuple[str, str], tuple[str, bool]]
    constraints: dict[tuple[str, str], tuple[str, list[str]]]
    rights: set[tuple[Any, ...]]
    guarded: set[str]

    @classmethod
    def of(cls, url: str) -> Catalog:
        with psycopg.connect(url) as connection:
            columns = connection.execute(_COLUMNS).fetchall()
            constraints = connection.execute(_CONSTRAINTS).fetchall()
            rights = connection.execute(_RIGHTS).fetchall()
            guarded = connection.execute(_GUARDED).fetchall()
        return cls(
            {(relation, column): (kind, needed) for relation, column, kind, needed in columns},
            {(table, name): (text, names) for table, name, text, names in constraints},
            set(rights),
            {table for (table,) in guarded},
        )

    def losses(self, later: Catalog) -> Iterator[str]:
        """What code that was written for this one misses in the later one."""
        yield from self._columns_lost(later)
        yield from self._constraints_added(later)
        for right in self.rights - later.rights:
            yield f"{right}: revoked"
        for table in (later.guarded - self.guarded) & {relation for relation, _ in self.columns}:
            yield f"{table}: has row-level security now"

    def _columns_lost(self, later: Catalog) -> Iterator[str]:
        relations = {relation for relation, _ in self.columns}
        for place, (kind, _) in self.columns.items():
            if place not in later.columns:
                yield f"{place}: gone"
            elif not _holds(later.columns[place][0], kind):
                yield f"{place}: {later.columns[place][0]}, was {kind}"
        for place, (_, needed) in later.columns.items():
            if needed and place[0] in relations and not self.columns.get(place, ("", False))[1]:
                yield f"{place}: has to be named now"

    def _constraints_added(self, later: Catalog) -> Iterator[str]:
        relations = {relation for relation, _ in self.columns}
        for place, (text, names) in later.constraints.items():
            before = self.constraints.get(place)
            if before is not None and _words(before[0]) <= _words(text):
                continue
            if place[0] in relations and all((place[0], name) in self.columns for name in names):
                yield f"{place}: {text}"


_DIGITS_OF_A_DOUBLE = 15


def _holds(wide: str, narrow: str) -> bool:
    """Whether a column of the one type holds every value of the other."""
    first, second = _SIZED.fullmatch(wide), _SIZED.fullmatch(narrow)
    if wide == "double precision" and second is not None and second[1] == "numeric":
        return int(second[2]) <= _DIGITS_OF_A_DOUBLE
    if wide == narrow or first is None or second is None or first[1] != second[1]:
        return wide == narrow
    scale, least = int(first[3] or 0), int(second[3] or 0)
    return scale >= least and int(first[2]) - scale >= int(second[2]) - least


def _words(definition: str) -> set[str]:
    return set(re.findall(r"'([^']*)'", definition))
