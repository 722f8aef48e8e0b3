"""Rows as the dataclasses that their module names, with enums where the database has texts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast, get_type_hints

from psycopg.rows import BaseRowFactory, class_row, kwargs_row

RowT = TypeVar("RowT")


def typed_row(row: type[RowT]) -> BaseRowFactory[RowT]:
    """Like psycopg's `class_row`; a field whose type is an enum gets the member of its text."""
    enums = _enums(cast(Hashable, row))  # mypy holds no generic type for hashable
    return kwargs_row(_with_enums(row, enums)) if enums else class_row(row)


@cache
def _enums(row: Hashable) -> Mapping[str, type[Enum]]:
    return {
        name: kind
        for name, kind in get_type_hints(row).items()
        if isinstance(kind, type) and issubclass(kind, Enum)
    }


def _with_enums(row: type[RowT], enums: Mapping[str, type[Enum]]) -> Callable[..., RowT]:
    def make(**values: Any) -> RowT:
        for name, enum in enums.items():
            values[name] = enum(values[name])
        return row(**values)

    return make
