"""What the edge answers to callers who ask too often."""

from __future__ import annotations

import json
import math
import time
from email.utils import formatdate
from enum import StrEnum

from local.http_server import Response


class RetryAfter(StrEnum):
    """The forms of the header."""

    SECONDS = "seconds"
    DATE = "date"
    ABSENT = "absent"


def too_many_requests(seconds: float, form: RetryAfter) -> Response:
    """429, with the wait in whole seconds, or as the moment at which it is over."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    whole = math.ceil(seconds)
    match form:
        case RetryAfter.SECONDS:
            headers["Retry-After"] = str(whole)
        case RetryAfter.DATE:
            headers["Retry-After"] = formatdate(time.time() + whole, usegmt=True)
        case RetryAfter.ABSENT:
            pass
    return Response(429, headers, json.dumps({"error": "Too Many Requests"}).encode())
