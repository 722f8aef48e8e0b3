"""A page of a list as CSV: RFC 4180, one line a row under a line of names, in UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from prescient.api import exact_json

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def table(row: type[BaseModel], rows: Sequence[BaseModel]) -> str:
    """The rows, all of this model. A model within a model has columns with its name before theirs.

    Lists and mappings are JSON in their cell. Where a text would be a formula to a spreadsheet, an
    apostrophe stands before it: names and questions are written by strangers.
    """
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(_names(row))
    lines.writerows(list(_cells(row, shown)) for shown in rows)
    return text.getvalue()


def _names(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = _model(field.annotation)
        if inner is None:
            yield f"{prefix}{name}"
        else:
            yield from _names(inner, f"{prefix}{name}_")


def _cells(model: type[BaseModel], row: BaseModel | None) -> Iterator[object]:
    for name, field in model.model_fields.items():
        value = None if row is None else getattr(row, name)
        inner = _model(field.annotation)
        if inner is None:
            yield _cell(value)
        else:
            yield from _cells(inner, value)


def _model(annotation: Any) -> type[BaseModel] | None:
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return annotation if is_model else None


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
