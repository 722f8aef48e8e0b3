"""Databases of schema v1: a template, and a copy of it a test."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from local.postgres import databases, migrations
from local.postgres.server import Postgres
from tests.migrations.commands import commands as commands  # noqa: PLC0414 (a fixture for all)
from tests.migrations.old_database import OldDatabase, Returning

MakeOldDatabase = Callable[[], AbstractContextManager[OldDatabase]]


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


@pytest.fixture
def returning(make_old_database: MakeOldDatabase) -> Iterator[Returning]:
    """The same; the test upgrades it, and then a downgrade must bring back what it held."""
    with make_old_database() as made:
        one = Returning(made.url)
        yield one
        migrations.downgrade(made.url, "0001")
        assert one.content() == one.before
