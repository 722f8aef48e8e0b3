"""One value of a row, read tolerantly: what cannot be read is None, and nothing raises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_05UP, Decimal
from functools import lru_cache
from typing import TypeVar

from prescient.core.money import ONE, PRICE_STEP, ZERO
from prescient.polymarket import decimal_json

LONGEST_IDENTIFIER = 255
LONGEST_NUMBER = 255  # characters
LONGEST_REMEMBERED = 64  # characters; longer texts are hardly ever the same
TEXTS_REMEMBERED = 4096  # as many as prices on the grid of a thousandth, four times
LEAST_EXPONENT = -20  # a number below 1e-20 is noise around 0, and no column could hold it


Value = TypeVar("Value")


def remembering(read: Callable[[object], Value]) -> Callable[[object], Value]:
    """Remember what `read` made of short texts: rows say the same in many of them.

    What it returns must not be changed.
    """
    remembered = lru_cache(TEXTS_REMEMBERED)(read)

    def value_of(value: object) -> Value:
        if isinstance(value, str) and len(value) <= LONGEST_REMEMBERED:
            return remembered(value)
        return read(value)

    return value_of


def text(value: object) -> str | None:
    """Return a text without blanks around it; None if it is absent, blank or no text.

    U+FFFD stands in place of NUL, which Postgres refuses.
    """
    return (value.replace("\0", "\ufffd").strip() or None) if isinstance(value, str) else None


def identifier(value: object) -> str | None:
    """Return an id, which may come as text or as an integer."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = format(Decimal(value), "f")
    readable = text(value)
    return readable if readable and len(readable) <= LONGEST_IDENTIFIER else None


def flag(value: object) -> bool:
    """Return a boolean, which may come as text; absent, or anything else, means false."""
    return value is True or value == "true"


def number(value: object, *, at_least: Decimal, at_most: Decimal) -> Decimal | None:
    """Return a finite number within the limits, from a JSON number or from digits in a text.

    A float is refused: it is already rounded.
    """
    read = value if isinstance(value, Decimal) else _converted(value)
    if read is None or not read.is_finite() or not at_least <= read <= at_most:
        return None
    return read if read and read.adjusted() >= LEAST_EXPONENT else ZERO


def _converted(value: object) -> Decimal | None:
    if isinstance(value, str):
        if len(value) > LONGEST_NUMBER:
            return None
    elif not isinstance(value, int) or isinstance(value, bool):
        return None
    try:
        return Decimal(value)
    except ArithmeticError:
        return None


def price(value: object, rounding: str = ROUND_05UP) -> Decimal | None:
    """Return a price 0–1 in the six decimals that its column has.

    By default one that is not exactly 0, a half or 1 does not become so: settlement asks for these.
    """
    read = number(value, at_least=ZERO, at_most=ONE)
    return None if read is None else rounded(read, PRICE_STEP, rounding)


def rounded(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    """Return a multiple of `step`; one that is a multiple already keeps its digits."""
    nearest = value.quantize(step, rounding)
    return value if nearest == value else nearest


@remembering
def moment(value: object) -> datetime | None:
    """Return a moment in UTC from any of the exchange's forms; a date means its midnight UTC."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
        if read is None:
            return None
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def json_list(value: object) -> list[object] | None:
    """Return a list, which the exchange mostly sends as JSON inside a string."""
    if isinstance(value, str):
        try:
            value = decimal_json.decode(value.replace("\0", "\ufffd"))
        except decimal_json.NotJson:
            return None
    return value if isinstance(value, list) else None
