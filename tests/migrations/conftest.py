"""Databases of schema v1: a template, and a copy of it a test."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import LiteralString

import pytest

from local.postgres import databases, migrations
from local.postgres.server import Postgres
from tests.migrations.commands import commands as commands  # noqa: PLC0414 (a fixture for all)
from tests.migrations.lived import Life
from tests.migrations.old_database import OldDatabase, Returning

MakeOldDatabase = Callable[[], AbstractContextManager[OldDatabase]]
LOOSE: LiteralString = """
DO $$
DECLARE
    required record;
BEGIN
    FOR required IN
        SELECT attrelid::regclass AS name, attname
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND attnotnull
            AND attname NOT IN ('id', 'key') AND (
                relname IN ('portfolio_snapshots', 'signal_archives', 'system_metadata')
                OR attname = 'created_at' AND relname <> 'portfolio_state'
            )
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER %I DROP NOT NULL', required.name, required.attname);
    END LOOP;
END $$"""


@pytest.fixture(scope="session")
def old_template(postgres_server: Postgres) -> Iterator[str]:
    """The name of an empty database of schema v1, this worker's own."""
    url = databases.create(postgres_server.url(f"old_template_{uuid.uuid4().hex}"))
    migrations.upgrade(url, "0001")
    yield databases.name_of(url)
    databases.drop(url)


@pytest.fixture(scope="session")
def make_old_database(postgres_server: Postgres, old_template: str) -> MakeOldDatabase:
    """Makes one more database of schema v1, dropped at the end of its block."""

    @contextmanager
    def make() -> Iterator[OldDatabase]:
        url = postgres_server.url(f"old_{uuid.uuid4().hex}")
        databases.create(url, template=old_template)
        try:
            yield OldDatabase(url)
        finally:
            databases.drop(url)

    return make


@pytest.fixture
def old(make_old_database: MakeOldDatabase) -> Iterator[OldDatabase]:
    """An empty database of schema v1, at revision 0001."""
    with make_old_database() as made:
        yield made


@pytest.fixture(scope="session")
def make_loose_database(make_old_database: MakeOldDatabase) -> MakeOldDatabase:
    """The same, whose columns hold nulls wherever the upgrade takes them."""

    @contextmanager
    def make() -> Iterator[OldDatabase]:
        with make_old_database() as old:
            old.execute(LOOSE)
            yield old

    return make


@pytest.fixture
def lived(old: OldDatabase) -> Life:
    """What the database `old` lived through."""
    return Life().lead(old)


@pytest.fixture
def returning(make_loose_database: MakeOldDatabase) -> Iterator[Returning]:
    """The same; the test upgrades it, and then a downgrade must bring back what it held."""
    with make_loose_database() as made:
        returning = Returning(made.url)
        yield returning
        migrations.downgrade(made.url, "0001")
        assert returning.content() == returning.before
