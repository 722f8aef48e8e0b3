"""How a value of the API reads in a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from .tables import Cell, Style

NOTHING = Cell("–", "faint")
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def plain(value: object) -> Cell:
    """As it is; null is a dash."""
    return NOTHING if value is None else Cell(str(value))


def money(dollars: Decimal | None) -> Cell:
    """Dollars with two decimals."""
    return NOTHING if dollars is None else Cell(f"{dollars:,.2f}")


def profit(dollars: Decimal | None) -> Cell:
    """Dollars with their sign, green above zero and red below."""
    return NOTHING if dollars is None else Cell(f"{dollars:+,.2f}", _direction(dollars))


def price(probability: Decimal | None) -> Cell:
    """A price from 0 to 1 with four decimals."""
    return NOTHING if probability is None else Cell(f"{probability:.4f}")


def shares(count: Decimal | None) -> Cell:
    return NOTHING if count is None else Cell(f"{count:,.2f}")


def percent(part: Decimal | None) -> Cell:
    """A part of one as a signed percentage, green above zero and red below."""
    return NOTHING if part is None else Cell(f"{part * 100:+.2f}%", _direction(part))


def ratio(value: Decimal | None) -> Cell:
    return NOTHING if value is None else Cell(f"{value:.2f}")


def moment(timestamp: str | None) -> Cell:
    """A time to the minute, in UTC."""
    if timestamp is None:
        return NOTHING
    try:
        read = datetime.fromisoformat(timestamp)
    except ValueError:
        return Cell(timestamp)
    return Cell(f"{read.astimezone(UTC):%Y-%m-%d %H:%M}")


def duration(seconds: Decimal | int | None) -> Cell:
    """Seconds, minutes, hours or days, whichever says it shortly."""
    if seconds is None:
        return NOTHING
    whole = int(seconds)
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if whole >= 2 * size:
            return Cell(f"{whole // size} {unit}")
    return Cell(f"{whole} s")


def status(word: str) -> Cell:
    """A status in its colour."""
    return Cell(word, _STATUSES.get(word, ""))


def counts(numbers: Mapping[str, int]) -> str:
    """Counts with their names, as in `spread 12, volume 3`."""
    return ", ".join(f"{name} {count}" for name, count in numbers.items())


def setting(value: Any) -> str:
    """A value of a configuration as it would be typed."""
    return str(value) if isinstance(value, str | Decimal) else json.dumps(value, default=str)


_STATUSES: Mapping[str, Style] = {
    "active": "good",
    "completed": "good",
    "green": "good",
    "ok": "good",
    "archived": "faint",
    "closed": "faint",
    "grey": "faint",
    "skipped": "faint",
    "failed": "bad",
    "late": "bad",
    "red": "bad",
}


def _direction(value: Decimal) -> Style:
    return "good" if value > 0 else "bad" if value < 0 else ""
