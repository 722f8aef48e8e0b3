"""Each revision is of the kind that it states: code written before an expanding one goes on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import LiteralString

import psycopg
import pytest

from local.postgres import databases, migrations
from local.postgres.server import Postgres
from prescient.store import revisions
from tests.migrations.catalog import Catalog
from tests.migrations.chain import REVISIONS

Losses = dict[str, list[str]]


@pytest.fixture(scope="module")
def losses(postgres_server: Postgres) -> Iterator[Losses]:
    """What each revision after the baseline takes from code that was written before it."""
    url = databases.create(postgres_server.url(f"kinds_{uuid.uuid4().hex}"))
    catalogs = []
    for revision in REVISIONS:
        migrations.upgrade(url, revision)
        catalogs.append(Catalog.of(url))
    yield {
        revision: [*before.losses(after)]
        for revision, before, after in zip(REVISIONS[1:], catalogs, catalogs[1:], strict=False)
    }
    databases.drop(url)


@pytest.mark.parametrize("revision", revisions.history()[1:], ids=lambda revision: revision.number)
def test_a_revision_is_of_the_kind_that_it_states(
    losses: Losses, revision: revisions.Revision
) -> None:
    assert bool(losses[revision.number]) == revision.is_contracting, losses[revision.number]


def test_a_column_that_is_gone_narrower_or_needed_is_a_loss(database_url: str) -> None:
    before = Catalog.of(database_url)
    for statement in (
        "ALTER TABLE trades DROP COLUMN reason",
        "ALTER TABLE events RENAME TO happenings",
        "ALTER TABLE trading_cycles ALTER COLUMN execution_name TYPE varchar(5)",
        "ALTER TABLE portfolios ADD COLUMN owner TEXT NOT NULL",
        "ALTER TABLE portfolios ADD CHECK (current_balance < 5)",
        "REVOKE SELECT ON portfolios FROM prescient_portfolio",
        "ALTER TABLE market_prices ENABLE ROW LEVEL SECURITY",
    ):
        assert [*before.losses(_changed(database_url, statement))], statement


def _changed(url: str, statement: LiteralString) -> Catalog:
    copy = databases.create(
        databases.at(url, f"kinds_{uuid.uuid4().hex}"), template=databases.name_of(url)
    )
    try:
        with psycopg.connect(copy) as connection:
            connection.execute(statement)
        return Catalog.of(copy)
    finally:
        databases.drop(copy)
