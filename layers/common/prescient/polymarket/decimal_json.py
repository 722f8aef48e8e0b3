"""JSON in which no number is ever a float, and every text can be stored."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import NoReturn


class NotJson(ValueError):
    """The text is not JSON, or has a number that no price or amount can be."""


def decode(document: bytes | str) -> object:
    """Return the document's value, with `int` and `Decimal` for numbers.

    Raises `NotJson`, also for NaN and Infinity, which Python would otherwise let through.
    """
    try:
        text = document.decode("utf-8") if isinstance(document, bytes) else document
        value = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise NotJson(str(error) or type(error).__name__) from error
    return _storable(value) if "\\u" in text else value


def _refuse_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is not a number")


def _storable(value: object) -> object:
    """Return the value with U+FFFD in place of characters that Postgres refuses.

    That is NUL and lone surrogates; both can only come from a `\\u` escape.
    """
    match value:
        case str():
            clean = value.replace("\0", "\ufffd")
            return clean.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_storable(item) for item in value]
        case dict():
            return {_storable(key): _storable(item) for key, item in value.items()}
        case _:
            return value
