"""Answers that are JSON but not as documented, as after a change of schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any


class Surprise(StrEnum):
    """The change of an answer's rows, or of the answer itself."""

    RENAMED = "renamed"  # the list is under another name, or in an object of its own
    SCALAR = "scalar"  # a text instead of the answer
    EMPTY_ROWS = "empty_rows"  # every row is {}
    ODD_ROWS = "odd_rows"  # every other row is no object
    NULLS = "nulls"  # what was missing or small is null
    TEXTS = "texts"  # numbers and booleans are texts
    NUMBERS = "numbers"  # texts that are numbers are numbers
    EXTRA = "extra"  # keys without documentation
    LONG_IDS = "long_ids"  # market ids of 255 characters
    LONG_INTEGERS = "long_integers"  # a market of each event has a volume of 5,000 digits


LONGEST_ID = 255
DIGITS = 5_000  # more than Python reads or writes
_MANY_DIGITS = "a number of many digits"


def written(body: Any) -> str:
    """Write the JSON of an answer, numbers of many digits included."""
    return json.dumps(body).replace(json.dumps(_MANY_DIGITS), "9" * DIGITS)


def surprising(body: Any, surprise: Surprise) -> Any:
    """Return the answer's JSON value after that change."""
    return _CHANGES[surprise](body)


def _renamed(body: Any) -> Any:
    if isinstance(body, dict):
        return {f"{key}_v2": value for key, value in body.items()}
    return {"data": body}


def _scalar(_: Any) -> Any:
    return "ok"


def _empty_rows(body: Any) -> Any:
    return _with_rows(body, lambda rows: [{} for _ in rows])


def _odd_rows(body: Any) -> Any:
    odd: tuple[Any, ...] = (None, "row", 7, [])
    return _with_rows(
        body,
        lambda rows: [
            odd[place % len(odd)] if place % 2 else row for place, row in enumerate(rows)
        ],
    )


def _nulls(body: Any) -> Any:
    return _with_leaves(body, lambda leaf: None if leaf in (0, "", "0", False) else leaf)


def _texts(body: Any) -> Any:
    return _with_leaves(body, lambda leaf: leaf if isinstance(leaf, str) else str(leaf).lower())


def _numbers(body: Any) -> Any:
    def number(leaf: Any) -> Any:
        return float(leaf) if isinstance(leaf, str) and leaf.replace(".", "").isdecimal() else leaf

    return _with_leaves(body, number)


def _extra(body: Any) -> Any:
    match body:
        case dict():
            return {"_v": 3, **{key: _extra(value) for key, value in body.items()}}
        case list():
            return [_extra(item) for item in body]
    return body


def _long_ids(body: Any) -> Any:
    def named(row: dict[str, Any], _: int) -> dict[str, Any]:
        return {**row, "id": str(row["id"]).ljust(LONGEST_ID, "0")}

    return _with_markets(body, named)


def _long_integers(body: Any) -> Any:
    def counted(row: dict[str, Any], place: int) -> dict[str, Any]:
        return {**row, "volumeNum": _MANY_DIGITS} if place == 0 else row

    return _with_markets(body, counted)


def _with_markets(body: Any, change: Callable[[dict[str, Any], int], Any]) -> Any:
    """Change the market rows of every list of them; they are given their place in it."""
    match body:
        case list():
            return [
                change(row, place)
                if isinstance(row, dict) and "question" in row
                else _with_markets(row, change)
                for place, row in enumerate(body)
            ]
        case dict():
            return {key: _with_markets(value, change) for key, value in body.items()}
    return body


def _with_rows(body: Any, change: Callable[[list[Any]], list[Any]]) -> Any:
    """Change the list of rows of a body: the body itself, or the lists that it holds."""
    if isinstance(body, list):
        return change(body)
    if isinstance(body, dict):
        return {
            key: change(value) if isinstance(value, list) else value for key, value in body.items()
        }
    return body


def _with_leaves(body: Any, change: Callable[[Any], Any]) -> Any:
    match body:
        case dict():
            return {key: _with_leaves(value, change) for key, value in body.items()}
        case list():
            return [_with_leaves(item, change) for item in body]
    return change(body)


_CHANGES: dict[Surprise, Callable[[Any], Any]] = {
    Surprise.RENAMED: _renamed,
    Surprise.SCALAR: _scalar,
    Surprise.EMPTY_ROWS: _empty_rows,
    Surprise.ODD_ROWS: _odd_rows,
    Surprise.NULLS: _nulls,
    Surprise.TEXTS: _texts,
    Surprise.NUMBERS: _numbers,
    Surprise.EXTRA: _extra,
    Surprise.LONG_IDS: _long_ids,
    Surprise.LONG_INTEGERS: _long_integers,
}
