"""Rows as the dataclasses and named tuples of their module, with enums in place of texts.

And ids as a parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache
from typing import Any, LiteralString, TypeVar, cast, get_type_hints

from psycopg import Cursor
from psycopg.abc import Loader
from psycopg.rows import BaseRowFactory, class_row, kwargs_row
from psycopg.types.string import TextLoader

from prescient.store.database import Session
from prescient.store.pending import Pending

RowT = TypeVar("RowT")
_Member = Callable[[str], Enum]
Digits = str
"""A number as the database writes it, to the last zero."""
Document = str
"""JSON as the database writes it."""
Loaders = Mapping[str, type[Loader]]
"""By a type of Postgres, what reads its values."""
AS_WRITTEN: Loaders = dict.fromkeys(("numeric", "json", "jsonb"), TextLoader)
"""Numbers are `Digits`, and JSON is a `Document`.

For rows that are mostly handed on: to read a number and to write it again takes three times as
long.
"""
_USUAL: Loaders = {}


def typed_row(row: type[RowT]) -> BaseRowFactory[RowT]:
    """Like psycopg's `class_row`; a field whose type is an enum gets the member of its text.

    A tuple whose fields are the statement's columns is filled by place, which costs a third; one
    without enums is made by the driver itself.
    """
    made: BaseRowFactory[RowT] = _factory(cast(Hashable, row))  # mypy: no generic is hashable
    return made


@cache
def _factory(row: Any) -> BaseRowFactory[Any]:
    enums = _enums(row)
    by_name = kwargs_row(_with_enums(row, enums)) if enums else class_row(row)
    return _by_place(row, enums, by_name) if issubclass(row, tuple) else by_name


def _by_place(
    row: type[RowT], enums: Mapping[str, _Member], by_name: BaseRowFactory[RowT]
) -> BaseRowFactory[RowT]:
    fields, row_of = row._fields, row._make  # type: ignore[attr-defined]
    columns = [name.encode() for name in fields]
    places = [(fields.index(name), member) for name, member in enums.items()]

    def with_enums(values: Sequence[Any]) -> RowT:
        found = list(values)
        for place, member in places:
            found[place] = member(found[place])
        return cast(RowT, row_of(found))

    make: Callable[[Sequence[Any]], RowT] = with_enums if enums else row_of
    return lambda cursor: make if _columns(cursor) == columns else by_name(cursor)


def _columns(cursor: Cursor[Any]) -> list[bytes | None]:
    result = cursor.pgresult
    return [result.fname(place) for place in range(result.nfields)] if result else []


def fetch(
    session: Session,
    row: type[RowT],
    statement: LiteralString,
    values: Mapping[str, object],
    loaders: Loaders = _USUAL,
) -> list[RowT]:
    """Return the rows of a statement, as `typed_row` makes them of what the loaders read."""
    return send(session, row, statement, values, loaders).get()


def send(
    session: Session,
    row: type[RowT],
    statement: LiteralString,
    values: Mapping[str, object],
    loaders: Loaders = _USUAL,
) -> Pending[list[RowT]]:
    """As `fetch`, but the rows are waited for later."""
    cursor = session.cursor(row_factory=typed_row(row))
    for kind, loader in loaders.items():
        cursor.adapters.register_loader(kind, loader)
    cursor.execute(statement, values)
    return Pending(cursor.fetchall)


def number(digits: Digits | None) -> Decimal | None:
    """Read a number that may be missing."""
    return None if digits is None else Decimal(digits)


def array(values: Iterable[int] | Iterable[StrEnum]) -> str:
    """Numbers or names as Postgres writes an array of them; psycopg takes ten times as long.

    The names of a list of ours: what has a comma or a quote would need quotes around it.
    """
    return f"{{{','.join(map(str, values))}}}"


def _enums(row: type[Any]) -> Mapping[str, _Member]:
    return {
        name: cache(kind)  # an enum looks its member up in five times the time
        for name, kind in get_type_hints(row).items()
        if isinstance(kind, type) and issubclass(kind, Enum)
    }


def _with_enums(row: type[RowT], enums: Mapping[str, _Member]) -> Callable[..., RowT]:
    def make(**values: Any) -> RowT:
        for name, member in enums.items():
            values[name] = member(values[name])
        return row(**values)

    return make
