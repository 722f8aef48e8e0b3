"""JSON in which no number is ever a float, and every text can be stored.

A number that no price or amount can be costs the value, never the document.
"""

from __future__ import annotations

import json
from decimal import Decimal

import msgspec

NOT_A_NUMBER = Decimal("NaN")
LONGEST_NUMBER = 255  # characters; ids come as integers too


class NotJson(ValueError):
    """The text is not JSON."""


def decode(document: bytes | str) -> object:
    """Return the document's value, with `int` and `Decimal` for numbers.

    NaN, Infinity, an exponent out of reach and a fraction longer than any id are `Decimal("NaN")`.
    Raises `NotJson`.
    """
    try:
        value = _DECODER.decode(document)
    except (ValueError, RecursionError):  # msgspec's own errors are ValueErrors
        value = _tolerantly_decoded(document)
    has_escape = "\\u" in document if isinstance(document, str) else b"\\u" in document
    return _storable(value) if has_escape else value


def _tolerantly_decoded(document: bytes | str) -> object:
    """Decode what JSON does not know: NaN, Infinity, halves of surrogate pairs."""
    try:
        text = document.decode("utf-8") if isinstance(document, bytes) else document
        return json.loads(
            text, parse_int=_integer, parse_float=fraction, parse_constant=_not_a_number
        )
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise NotJson(str(error) or type(error).__name__) from error


def _integer(digits: str) -> int | Decimal:
    """Python itself refuses a document for an integer of thousands of digits."""
    return int(digits) if len(digits) <= LONGEST_NUMBER else NOT_A_NUMBER


def fraction(digits: str) -> Decimal:
    """Return the number that the digits write; `NOT_A_NUMBER` where they are too many for one."""
    try:
        return Decimal(digits) if len(digits) <= LONGEST_NUMBER else NOT_A_NUMBER
    except ArithmeticError:
        return NOT_A_NUMBER


def _not_a_number(_: str) -> Decimal:
    return NOT_A_NUMBER


_DECODER = msgspec.json.Decoder(float_hook=fraction)
"""It decides alone what is right, and in half the time; what it refuses is read tolerantly."""


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
