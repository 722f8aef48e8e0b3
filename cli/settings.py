"""Settings as they are typed: `KEY=VALUE`, amounts, files of JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from .errors import Misused

_STANDARD_INPUT = "-"
_NO_LIMIT = "none"


def amount(given: str, option: str) -> Decimal:
    """Return dollars, exactly as typed; thousands may have commas. Raises Misused."""
    try:
        value = Decimal(given.replace(",", ""))
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite():
        raise Misused(f"{option}: {given!r} is no amount: 1000 or 99.50, for instance")
    return value


def limit(given: str | None, option: str) -> Decimal | None:
    """Return a limit; `none` is no limit, as is what was not given. Raises Misused."""
    return None if given in (None, _NO_LIMIT) else amount(str(given), option)


def pairs(given: Sequence[str]) -> dict[str, Any]:
    """Return what `KEY=VALUE` settings say; a dot leads into a key: `weights.momentum=2`.

    A value is JSON where it is valid JSON, else a text. Raises Misused.
    """
    read: dict[str, Any] = {}
    for pair in given:
        key, separator, value = pair.partition("=")
        if not separator or not all(key.split(".")):
            raise Misused(f"--set {pair}: write KEY=VALUE, min_confidence=0.6 for instance")
        put(read, key, _value(value))
    return read


def put(settings: dict[str, Any], key: str, value: Any) -> None:
    """Put a value under a key with dots. Raises Misused where a part of it has a value already."""
    *path, last = key.split(".")
    for part in path:
        settings = settings.setdefault(part, {})
        if not isinstance(settings, dict):
            raise Misused(f"--set {key}: {part} has a value of its own")
    settings[last] = value


def combined(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of both, those of the second where both have one."""
    result = dict(first)
    for key, given in second.items():
        value, below = given, result.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            value = combined(below, value)
        result[key] = value
    return result


def from_file(name: str) -> dict[str, Any]:
    """Return the JSON object in a file, `-` is standard input. Raises Misused."""
    try:
        content = (
            sys.stdin.read() if name == _STANDARD_INPUT else Path(name).read_text(encoding="utf-8")
        )
        read = json.loads(content, parse_float=Decimal)
    except OSError as error:
        raise Misused(f"--file {name}: {error.strerror}") from None
    except ValueError as error:
        raise Misused(f"--file {name}: is not JSON: {error}") from None
    if not isinstance(read, dict):
        raise Misused(f"--file {name}: is no JSON object")
    return read


def _value(given: str) -> Any:
    try:
        return json.loads(given, parse_float=Decimal, parse_constant=str)
    except ValueError:
        return given
