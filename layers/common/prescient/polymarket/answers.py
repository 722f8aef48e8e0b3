"""What one answer over HTTP says: its JSON, or why it is of no use, and whether to ask again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.utils import formatdate, parsedate_to_datetime

import urllib3

from prescient.polymarket import decimal_json

RETRIED_CLIENT_ERRORS = frozenset({408, 425, 429})
FIRST_SERVER_ERROR = 500
LONGEST_QUOTED_ERROR = 200


class Unusable(Exception):
    """One attempt brought no usable answer; another may."""

    def __init__(self, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Silent(Unusable):
    """The request was taken, and not answered in time, or not to the end."""


class Refused(Unusable):
    """One attempt was answered with an error. Another is of no use where it is final."""

    def __init__(self, reason: str, retry_after: float, *, final: bool) -> None:
        super().__init__(reason, retry_after)
        self.final = final


def decoded(
    response: urllib3.BaseHTTPResponse, body: bytes, decode: Callable[[bytes], object]
) -> object:
    """Return the JSON of an answer with status 200; raises `Unusable` where it is none."""
    try:
        return decode(body)
    except decimal_json.NotJson as error:
        kind = response.headers.get("Content-Type", "a body of no stated type")
        raise Unusable(f"answered {kind} that is not JSON: {error}") from error


def failure_of(response: urllib3.BaseHTTPResponse, body: bytes) -> Unusable:
    """Return the error of a status other than 200: worth another attempt, or final."""
    status = response.status
    reason, retry_after = f"answered {status}{_error_text(body)}", _retry_after(response.headers)
    if status in RETRIED_CLIENT_ERRORS:
        return Unusable(reason, retry_after)
    return Refused(reason, retry_after, final=status < FIRST_SERVER_ERROR)


def _error_text(body: bytes) -> str:
    """Return the exchange's own words, ready to follow the status; empty if it has none."""
    try:
        match decimal_json.decode(body):
            case {"error": str(words)}:
                return f" {words[:LONGEST_QUOTED_ERROR]}"
            case _:
                return ""
    except decimal_json.NotJson:
        return ""


def _retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds that the exchange asks to wait; a date counts from its `Date`."""
    value = headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        sent = parsedate_to_datetime(headers.get("Date") or formatdate(usegmt=True))
        return max(0.0, (parsedate_to_datetime(value) - sent).total_seconds())
    except (TypeError, ValueError):
        return 0.0
