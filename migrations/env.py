"""Alembic environment: every revision is SQL, within a transaction that the caller opened.

`attributes` of the configuration: `connection`; `time_zone`, that of the application's clock in
schema v1 (default: the server's), and `server_time_zone`, that of the database server's (default:
guessed); `snapshot_id`, the backup to name in the report; `adopted`, `yes` for a database that
came without a revision.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import text
from sqlalchemy.engine import Connection

config = context.config


def run(connection: Connection) -> None:
    for setting in ("time_zone", "server_time_zone", "snapshot_id", "adopted"):
        connection.execute(
            text("SELECT set_config(:name, :value, true)"),
            {
                "name": f"prescient.migration_{setting}",
                "value": config.attributes.get(setting) or "",
            },
        )
    context.configure(connection=connection, target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()


run(config.attributes["connection"])
