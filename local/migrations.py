"""The migrations of `migrations/`, applied to a database."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

_SCRIPTS = Path(__file__).resolve().parent.parent / "migrations"


def upgrade(database_url: str, revision: str = "head") -> None:
    """Brings the database to `revision`. `database_url` is a libpq URL."""
    command.upgrade(_configuration(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Takes the database back to `revision`, `base` for none at all."""
    command.downgrade(_configuration(database_url), revision)


def _configuration(database_url: str) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(_SCRIPTS))
    configuration.attributes["database_url"] = database_url
    return configuration
