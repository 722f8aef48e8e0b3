"""How values are shown: filters of the template, one a unit. What is null is a dash."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from markupsafe import Markup

from local.report.traced import Traced

Filter = Callable[[Traced], Markup]
_HOUR, _DAY = 3600, 86400


def _filter(text: Callable[[Any], str]) -> Filter:
    def shown(found: Traced) -> Markup:
        return found.shown(text(found.raw) if found.is_known else "–")

    return shown


def _dollars(value: float) -> str:
    return f"{_sign(value)}${abs(value):,.2f}"


def _gained(value: float) -> str:
    return f"+{_dollars(value)}" if value > 0 else _dollars(value)


def _sign(value: float) -> str:
    return "−" if value < 0 else ""


def _signed(text: str) -> str:
    return text.replace("-", "−")


def _duration(seconds: float) -> str:
    return f"{seconds / _DAY:.1f} days" if seconds >= _DAY else f"{seconds / _HOUR:.1f} hours"


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M} UTC"


FILTERS: dict[str, Filter] = {
    "text": _filter(str),
    "words": _filter(lambda value: str(value).replace("_", " ")),
    "dollars": _filter(_dollars),
    "gained": _filter(_gained),
    "fraction": _filter(lambda value: _signed(f"{value:.2%}")),
    "change": _filter(lambda value: _signed(f"{value:+.2%}")),
    "daily_size": _filter(lambda value: f"{value:.3%}"),
    "daily": _filter(lambda value: _signed(f"{value:+.3%}")),
    "ratio": _filter(lambda value: _signed(f"{value:.2f}")),
    "score": _filter(lambda value: _signed(f"{value:.4f}")),
    "probability": _filter(lambda value: f"{value:.3f}"),
    "price": _filter(lambda value: f"{value:.3f}"),
    "shares": _filter(lambda value: f"{value:,.2f}"),
    "count": _filter(lambda value: _signed(f"{value:,}")),
    "duration": _filter(_duration),
    "moment": _filter(_moment),
}
"""By name. Money is dollars; `fraction`, `change`, `daily_size` and `daily` show 0.01 as 1%."""
