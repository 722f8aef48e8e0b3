"""Alembic environment: every revision is SQL and is a transaction of its own.

`attributes` of the configuration: `connection` or `database_url`; `time_zone`, that of the
timestamps of schema v1 (default: the server's); `snapshot_id`, the backup to name in the report.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool, text
from sqlalchemy.engine import Connection

from prescient.store import roles

config = context.config


def run(connection: Connection) -> None:
    roles.bootstrap(connection.connection.driver_connection)
    for setting in ("time_zone", "snapshot_id"):
        connection.execute(
            text("SELECT set_config(:name, :value, false)"),
            {
                "name": f"prescient.migration_{setting}",
                "value": config.attributes.get(setting) or "",
            },
        )
    if "connection" not in config.attributes:
        connection.commit()
    context.configure(connection=connection, target_metadata=None, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


def run_on_url(url: str) -> None:
    sqlalchemy_url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(sqlalchemy_url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        run(connection)


if (given := config.attributes.get("connection")) is not None:
    run(given)
else:
    run_on_url(config.attributes["database_url"])
