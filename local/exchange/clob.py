"""The CLOB's read routes that the system uses: its clock, and order books."""

from __future__ import annotations

from typing import Any

from local.exchange.venue import Venue
from local.exchange.web import Answer

_MOST_TOKENS = 500


def get(venue: Venue, path: str) -> Answer | None:
    """The answer to a GET, None when this is no route of the CLOB's."""
    if path == "/time":
        return Answer(200, int(venue.now().timestamp()))
    return None


def post(path: str, body: Any) -> Answer | None:
    """The answer to a POST, None when this is no route of the CLOB's.

    No world has order books yet, and the CLOB drops a token without a book silently.
    """
    if path != "/books":
        return None
    if not isinstance(body, list):
        return Answer(400, {"error": "Invalid payload"})
    if len(body) > _MOST_TOKENS:
        return Answer(400, {"error": "Payload exceeds the limit"})
    return Answer(200, [])
