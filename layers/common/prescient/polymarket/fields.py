"""One value of a row, read tolerantly: what cannot be read is None, and nothing raises."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from prescient.polymarket import decimal_json

LONGEST_IDENTIFIER = 255


def text(value: object) -> str | None:
    """Return a text without blanks around it; None if it is absent, blank or no text."""
    return (value.strip() or None) if isinstance(value, str) else None


def identifier(value: object) -> str | None:
    """Return an id, which may come as text or as an integer."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = format(Decimal(value), "f")
    readable = text(value)
    return readable if readable and len(readable) <= LONGEST_IDENTIFIER else None


def flag(value: object) -> bool:
    """Return a boolean, which may come as text; absent, or anything else, means false."""
    return value is True or value == "true"


def number(
    value: object, *, at_least: Decimal | None = None, at_most: Decimal | None = None
) -> Decimal | None:
    """Return a finite number within the limits, from a JSON number or from digits in a text.

    A float is refused: it is already rounded.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        read = Decimal(value)
    except ArithmeticError:
        return None
    if not read.is_finite():
        return None
    too_low = at_least is not None and read < at_least
    too_high = at_most is not None and read > at_most
    return None if too_low or too_high else read


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
            value = decimal_json.decode(value)
        except decimal_json.NotJson:
            return None
    return value if isinstance(value, list) else None
