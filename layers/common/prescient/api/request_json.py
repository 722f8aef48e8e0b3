"""The JSON of a request's body, in which no number is ever a float: amounts are read as written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from prescient.api.errors import MalformedRequest
from prescient.core.errors import InvalidRequest

LARGEST_EXPONENT = 30
_TOO_LARGE = Decimal("Infinity")


def decode(text: str) -> dict[str, Any]:
    """Return the object in a request's body, with `int` and `Decimal` for numbers.

    Raises `MalformedRequest` for what is no JSON object and for a key that is given twice, and
    `InvalidRequest`, naming the field, for NaN and Infinity, for numbers beyond 10^±30 and for
    texts that the database cannot store.
    """
    try:
        value = json.loads(
            text,
            parse_float=_number,
            parse_int=_whole_number,
            parse_constant=Decimal,
            object_pairs_hook=_once,
        )
        _check(value, ())
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise MalformedRequest(f"body: is no JSON from {place} on") from None
    except RecursionError:
        raise MalformedRequest("body: is nested too deep") from None
    if not isinstance(value, dict):
        raise MalformedRequest("body: must be a JSON object")
    return value


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((name, times),) = Counter(name for name, _ in pairs).most_common(1)
        raise MalformedRequest(f"body: {name!r} is given {times} times in one object")
    return found


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return _TOO_LARGE


def _whole_number(text: str) -> int | Decimal:
    return int(text) if len(text) <= LARGEST_EXPONENT else _TOO_LARGE


def _check(value: object, path: tuple[str, ...]) -> None:
    match value:
        case str() if "\0" in value or not _is_unicode(value):
            raise InvalidRequest(f"{_named(path)}: holds NUL or half a character")
        case Decimal() if value.is_nan():
            raise InvalidRequest(f"{_named(path)}: NaN is not a number")
        case Decimal() if value.is_infinite() or abs(value.adjusted()) > LARGEST_EXPONENT:
            raise InvalidRequest(f"{_named(path)}: is out of range")
        case list():
            for place, item in enumerate(value):
                _check(item, (*path, str(place)))
        case dict():
            for key, item in value.items():
                _check(key, path)
                _check(item, (*path, key))


def _named(path: tuple[str, ...]) -> str:
    return ".".join(path) or "body"


def _is_unicode(text: str) -> bool:
    """Escapes can smuggle in lone surrogates, which have no UTF-8."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
