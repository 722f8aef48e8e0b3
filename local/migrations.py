"""The migrations of `migrations/`, applied to a database by its URL."""

from __future__ import annotations

from alembic import command

from prescient.steps.migrate import configuration


def upgrade(database_url: str, revision: str = "head", *, time_zone: str | None = None) -> None:
    """Brings the database to `revision`. `database_url` is a libpq URL.

    `time_zone` is that of the timestamps of schema v1, by default the server's own.
    """
    command.upgrade(configuration(database_url, time_zone=time_zone), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Takes the database back to `revision`, `base` for none at all."""
    command.downgrade(configuration(database_url), revision)
