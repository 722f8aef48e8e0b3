"""The database that a command which only reads is about: a given one, or that of the last run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from local.postgres import databases
from local.postgres.server import DATABASE, DEFAULT_DIRECTORY, laptop_server
from prescient.core.errors import InvalidRequest


@contextmanager
def opened(settings: Mapping[str, str]) -> Iterator[str]:
    """Yield the URL of DATABASE_URL, or else that of the database under `.local`, its server open.

    Raises `InvalidRequest` for a URL that is none, and where there is neither.
    """
    if url := settings.get("DATABASE_URL"):
        yield databases.checked(url)
        return
    if not DEFAULT_DIRECTORY.exists():
        raise InvalidRequest("DATABASE_URL: must be given where no `make run` left a database")
    with laptop_server() as server:
        yield server.url(DATABASE)
