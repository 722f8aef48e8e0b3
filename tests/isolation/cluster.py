"""A cluster without the roles, and the logins of a managed Postgres: none of them a superuser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import Connection

from local.postgres import migrations
from local.postgres.server import Postgres
from prescient.runtime.login import as_user
from prescient.store import revisions, roles

MASTER = "master"
ROLES = (roles.OWNER, roles.APP, roles.PORTFOLIO)


class Cluster:
    """`master` may create roles and databases, no more."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self.run("postgres", "CREATE ROLE master LOGIN CREATEROLE CREATEDB")

    def url(self, database: str, login: str = MASTER) -> str:
        return as_user(self._server.url(database), login)

    def run(self, login: str, *statements: LiteralString, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database, login), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def ask(self, query: LiteralString, *values: object, database: str = "postgres") -> Any:
        """The first column of the only row, read by a superuser."""
        with psycopg.connect(self.url(database, "postgres")) as connection:
            (found,) = connection.execute(query, values).fetchall()
        return found[0]

    def migrate(self, database: str) -> None:
        migrations.upgrade(self.url(database))

    @contextmanager
    def bootstrapped(self, database: str) -> Iterator[Connection[Any]]:
        with psycopg.connect(self.url(database)) as connection:
            roles.bootstrap(connection, revisions.our_tables())
            yield connection

    def owners(self, database: str) -> set[str]:
        """Who owns the relations and the schema."""
        query = """
            SELECT array_agg(DISTINCT pg_get_userbyid(owner)) FROM (
                SELECT relowner AS owner FROM pg_class WHERE relnamespace = 'public'::regnamespace
                UNION ALL SELECT nspowner FROM pg_namespace WHERE nspname = 'public'
            ) AS owned"""
        return set(self.ask(query, database=database))

    def clear(self) -> None:
        """Drop everything that a test made."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            databases = "SELECT datname FROM pg_database WHERE NOT datistemplate"
            for (name,) in connection.execute(databases).fetchall():
                if name != "postgres":
                    connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            logins = (
                "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres'"
            )
            for (name,) in connection.execute(logins).fetchall():
                connection.execute(f'DROP OWNED BY "{name}"')
                connection.execute(f'DROP ROLE "{name}"')
