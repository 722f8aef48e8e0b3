"""JSON in which no number is ever a float: amounts come in and go out as they are written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from pydantic import BaseModel

from prescient.api.errors import MalformedRequest

LARGEST_EXPONENT = 30


def decode(text: str) -> dict[str, Any]:
    """The object in a request's body, with `int` and `Decimal` for numbers.

    Raises `MalformedRequest` for what is no JSON object, for NaN and Infinity, for numbers beyond
    10^±30 and for texts that the database cannot store.
    """
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
        _check(value)
    except json.JSONDecodeError as error:
        raise MalformedRequest(f"body: is not JSON: {error}") from None
    except (ValueError, ArithmeticError, RecursionError):
        raise MalformedRequest("body: is nested too deep or has a number out of range") from None
    if not isinstance(value, dict):
        raise MalformedRequest("body: must be a JSON object")
    return value


def encode(value: object) -> str:
    """The JSON of a response model, or of what it is made of."""
    match value:
        case BaseModel():
            return encode(value.model_dump())
        case Decimal():
            return f"{value:f}"
        case date():  # a datetime is one
            return json.dumps(value.isoformat())
        case Mapping():
            return "{" + ",".join(f"{json.dumps(k)}:{encode(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(encode, value)) + "]"
    return json.dumps(value)


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedRequest(f"body: {name} is not a number")


def _check(value: object) -> None:
    match value:
        case str() if "\0" in value or not _is_unicode(value):
            raise MalformedRequest("body: a text holds NUL or half a character")
        case Decimal() if abs(value.adjusted()) > LARGEST_EXPONENT:
            raise MalformedRequest("body: a number is out of range")
        case list():
            for item in value:
                _check(item)
        case dict():
            for key, item in value.items():
                _check(key)
                _check(item)


def _is_unicode(text: str) -> bool:
    """Escapes can smuggle in lone surrogates, which have no UTF-8."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
