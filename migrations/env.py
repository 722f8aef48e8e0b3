"""Alembic environment: every revision is SQL and is a transaction of its own."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool
from sqlalchemy.engine import Connection

config = context.config


def run(connection: Connection) -> None:
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
