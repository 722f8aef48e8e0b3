"""Fresh and upgraded databases have the schema of migrations/schema.sql, downgraded ones v1's."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from local.postgres import migrations
from operations import schema
from prescient.store import revisions
from prescient.store.database import SCHEMA_VERSION
from tests.migrations.chain import PARTS, REVISIONS, VERSIONS
from tests.migrations.conftest import MakeOldDatabase
from tests.migrations.definitions import definitions, without_casts
from tests.migrations.old_database import OldDatabase


def _fill(old: OldDatabase) -> None:
    old.add("portfolio_state")
    old.add("trading_signals", trade_id=old.buy(), executed=True)
    old.add("market_snapshots")


def test_an_upgraded_database_has_the_schema_of_a_fresh_one(
    old: OldDatabase, database_url: str
) -> None:
    _fill(old)
    old.upgrade()
    assert definitions(old.url) == definitions(database_url)


def test_so_has_an_adopted_one_with_columns_in_another_order(
    old: OldDatabase, database_url: str
) -> None:
    old.execute("DROP TABLE alembic_version", "ALTER TABLE trades DROP reason")
    old.execute("ALTER TABLE trades ADD reason TEXT")
    _fill(old)
    old.upgrade()
    assert definitions(old.url) == definitions(database_url)


def test_a_downgraded_database_has_the_schema_that_it_had(
    old: OldDatabase, make_old_database: MakeOldDatabase
) -> None:
    _fill(old)
    old.upgrade()
    migrations.downgrade(old.url, "0001")
    with make_old_database() as untouched:
        options = ("--no-owner", "--no-privileges")
        assert definitions(old.url, *options) == definitions(untouched.url, *options)


def test_the_last_revision_is_what_the_store_expects() -> None:
    assert revisions.pending(None)[-1] == SCHEMA_VERSION


def test_every_revision_states_whether_it_is_expanding_or_contracting() -> None:
    assert [revision.number for revision in revisions.history()] == REVISIONS


def test_the_committed_schema_is_that_of_all_revisions(database_url: str) -> None:
    committed = schema.DOCUMENT.read_text("utf-8")
    assert committed == schema.document(database_url), "run `make schema` and commit the file"


@pytest.mark.usefixtures("template_database")  # which makes the roles
def test_the_committed_schema_makes_the_same_tables(empty_database_url: str) -> None:
    committed = schema.DOCUMENT.read_text("utf-8")
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(committed)
    assert without_casts(schema.document(empty_database_url)) == without_casts(committed)


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_parts_of_a_revision_are_numbered_in_their_order(revision: str) -> None:
    (folder,) = VERSIONS.glob(f"{revision}_*/")
    assert folder.with_suffix(".py").exists()
    for parts in (sorted(folder.glob("*.sql")), sorted((folder / "down").glob("*.sql"))):
        assert parts
        numbers = [part.name.partition("_")[0] for part in parts]
        assert numbers == [f"{number:02}" for number in range(1, len(parts) + 1)]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: str(part.relative_to(VERSIONS)))
def test_a_part_begins_with_a_line_that_says_what_it_does(part: Path) -> None:
    assert re.match(r"-- [A-Z][^\n]{20,}\n", part.read_text("utf-8"))
