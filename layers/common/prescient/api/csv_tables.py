"""A page of a list as CSV: RFC 4180, one line a row under a line of names, in UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, get_type_hints

from pydantic import BaseModel
from typing_extensions import is_typeddict

from prescient.api import exact_json

Row = BaseModel | Mapping[str, Any]
"""A row of a table: a model, or a dictionary of fields."""
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def table(row: type[Row], rows: Sequence[Row]) -> str:
    """The rows, all of this kind. A row within a row has columns with its name before theirs.

    Lists and mappings are JSON in their cell. Where a text would be a formula to a spreadsheet, an
    apostrophe stands before it: names and questions are written by strangers.
    """
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(_names(row))
    lines.writerows(list(_cells(row, shown)) for shown in rows)
    return text.getvalue()


def _names(row: type[Row], prefix: str = "") -> Iterator[str]:
    for name, annotation in _fields(row).items():
        inner = _row(annotation)
        if inner is None:
            yield f"{prefix}{name}"
        else:
            yield from _names(inner, f"{prefix}{name}_")


def _cells(row: type[Row], shown: Row | None) -> Iterator[object]:
    values = shown.__dict__ if isinstance(shown, BaseModel) else shown
    for name, annotation in _fields(row).items():
        value = None if values is None else values[name]
        inner = _row(annotation)
        if inner is None:
            yield _cell(value)
        else:
            yield from _cells(inner, value)


@cache
def _fields(row: type[Row]) -> Mapping[str, Any]:
    if issubclass(row, BaseModel):
        return {name: field.annotation for name, field in row.model_fields.items()}
    return get_type_hints(row)


def _row(annotation: Any) -> type[Row] | None:
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return annotation if is_model or is_typeddict(annotation) else None


def _cell(value: object) -> object:
    match value:
        case bool():
            return str(value).lower()
        case date():
            return value.isoformat()
        case Decimal() | exact_json.Written() | Mapping() | list() | tuple():
            return exact_json.encode(value)
        case str() if value.startswith(FORMULA_SIGNS):
            return f"'{value}"
    return value
