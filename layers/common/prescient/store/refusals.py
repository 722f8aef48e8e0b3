"""Errors of Postgres as a migration tells them."""

from __future__ import annotations

import psycopg
from psycopg import errors

from prescient.core.errors import DatabaseUnavailable, MigrationRefused, PrescientError
from prescient.store import reach


def refusal(error: BaseException | None) -> PrescientError:
    """Return the domain's error for one of the driver's."""
    if isinstance(error, errors.LockNotAvailable):
        return MigrationRefused(
            "another session used the tables for longer than this waits for a lock; what was "
            "begun is undone. Stop what reads and writes them, and try again"
        )
    said = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    if not isinstance(error, psycopg.Error) or said is None:
        return reach.unreachable(error)
    detail = f" ({error.diag.message_detail})" if error.diag.message_detail else ""
    if isinstance(error, psycopg.OperationalError):
        return DatabaseUnavailable(f"Postgres gave up: {said}{detail}; what was begun is undone")
    return MigrationRefused(f"{said}{detail}; what was begun is undone")
