"""Writes the report to `.local`, from a stack whose API it asks."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any

from local.aws.stack import Stack
from local.report.page import page
from local.report.reading import Ask, Reading, read
from prescient.core.errors import InvalidRequest
from prescient.store.database import Database

REPORT = Path(".local/report.html")


def reading(stack: Stack, database_url: str, wanted: str = "") -> Reading:
    """Measure what changed, and read what the page shows.

    `wanted` are ids or names of portfolios, with commas between; empty is all. Raises
    `InvalidRequest` for one that does not exist, and where there is none.
    """
    stack.invoke("ResearchFunction", {})
    database = Database(database_url)
    try:
        return read(asking(stack), database, wanted)
    finally:
        database.close()


def write(found: Reading) -> Path:
    """Write the page, and return its path."""
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(page(found), "utf-8")
    return REPORT


def asking(stack: Stack) -> Ask:
    """The API of a stack, as a reader asks it."""

    def ask(path: str) -> Any:
        response = stack.call("GET", path)
        answer = response.get_json()
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            raise InvalidRequest(f"GET {path}: {answer['message']}")
        return answer

    return ask
