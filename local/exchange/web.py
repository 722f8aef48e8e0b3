"""Answers, refusals and numbers, for all routes of the exchange."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.wrappers import Response

Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and what to write as JSON."""

    status: int
    body: object


class Refused(Exception):
    """A request that is answered with this status; the message is the body's `error`."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def json_response(status: int, body: object) -> Response:
    """Answer with `body` as JSON."""
    return Response(json.dumps(body), status, content_type="application/json; charset=utf-8")


def whole_number(
    query: Query, name: str, default: int, *, within: tuple[int, int | None], status: int = 400
) -> int:
    """Return a parameter's whole number, both bounds included; raise Refused with `status`."""
    least, most = within
    try:
        number = int(query.get(name, [str(default)])[0])
    except ValueError:
        raise Refused(status, f"{name} is not a whole number") from None
    if number < least or (most is not None and number > most):
        bounds = f"between {least} and {most}" if most is not None else f"at least {least}"
        raise Refused(status, f"{name} must be {bounds}")
    return number


def plain_number(value: float) -> float:
    """Turn a whole number into an int, as JSON encoders elsewhere write it: 1, not 1.0."""
    return int(value) if value == int(value) else value


def decimal_text(value: float) -> str:
    """Write a number with at most four decimals, without zeros at the end."""
    return f"{value:.4f}".rstrip("0").rstrip(".")
