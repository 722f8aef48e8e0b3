"""The migrations of `migrations/`, applied to a database by its URL, without a report."""

from __future__ import annotations

from prescient.core.errors import MigrationRefused
from prescient.store import migration_session, revisions
from prescient.store.database import SCHEMA_VERSION
from prescient.usecases.migration import MigrationPlan, migrate
from prescient.usecases.support.migrating import MigrateRequest


def upgrade(
    database_url: str, revision: str = SCHEMA_VERSION, *, time_zone: str | None = None
) -> None:
    """Bring the database to `revision`, without a backup. `database_url` is a libpq URL.

    `time_zone` is that of the timestamps of schema v1, by default the server's own.
    """
    migrate(database_url, MigrateRequest(time_zone=time_zone), target=revision)


def prepare(database_url: str) -> None:
    """Bring the database of a run to the present schema.

    Raises `MigrationRefused` for a filled one of schema v1, which wants a backup first.
    """
    migrate(database_url, MigrateRequest(), permit=_nothing_old)


def downgrade(database_url: str, revision: str) -> None:
    """Take the database back to `revision`, `base` for none at all, in one transaction."""
    with migration_session.connected(database_url) as connection, connection.begin():
        revisions.revert(connection, revision)


def _nothing_old(plan: MigrationPlan) -> None:
    if plan.old_rows:
        raise MigrationRefused(
            "DATABASE_URL: a filled database of the older system; `make migrate` upgrades it, "
            "after a backup"
        )
