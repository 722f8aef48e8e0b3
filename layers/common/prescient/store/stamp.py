"""The revision that a database notes, read without Alembic."""

from __future__ import annotations

import psycopg

from prescient.store import refusals, statements
from prescient.store.database import CONNECT_TIMEOUT_SECONDS

SQL = statements.load(__file__)


def standing(url: str) -> str | None:
    """Return the revision that the database of a libpq URL says it is at, None where it says none.

    Only reads, and takes no lock. Raises `DatabaseUnavailable`.
    """
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_SECONDS) as connection:
            if connection.execute(SQL["ask_whether_stamped"]).fetchone() != (True,):
                return None
            row = connection.execute(SQL["select_revision"]).fetchone()
    except psycopg.Error as error:
        raise refusals.refusal(error) from error
    return str(row[0]) if row else None
