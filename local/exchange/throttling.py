"""The edge's answer to callers that ask too often."""

from __future__ import annotations

import math
import time
from email.utils import formatdate
from enum import StrEnum

from werkzeug.wrappers import Response

from local.exchange.web import json_response


class RetryAfter(StrEnum):
    """The forms of the header."""

    SECONDS = "seconds"
    DATE = "date"
    ABSENT = "absent"


def too_many_requests(seconds: float, form: RetryAfter) -> Response:
    """Answer 429, with the wait in whole seconds, or as the moment at which it is over."""
    response = json_response(429, {"error": "Too Many Requests"})
    whole = math.ceil(seconds)
    match form:
        case RetryAfter.SECONDS:
            response.headers["Retry-After"] = str(whole)
        case RetryAfter.DATE:
            response.headers["Retry-After"] = formatdate(time.time() + whole, usegmt=True)
        case RetryAfter.ABSENT:
            pass
    return response
