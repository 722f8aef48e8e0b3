"""`make status` says where a database stands, and what the commands would do; it only reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from local.postgres import migrations
from operations import downgrade, status
from prescient.store import revisions
from prescient.store.database import SCHEMA_VERSION
from tests.migrations.commands import Commands
from tests.migrations.old_database import OldDatabase
from tests.world import World

STEPS = revisions.steps_back(SCHEMA_VERSION)


@pytest.fixture
def filled(old: OldDatabase) -> OldDatabase:
    old.add("portfolio_state")
    old.buy()
    return old


def _traces(old: OldDatabase) -> list[Any]:
    """What any statement that writes would change."""
    return [
        old.rows("SELECT oid, xmin::text, relfilenode FROM pg_class ORDER BY 1"),
        old.rows("SELECT oid, xmin::text FROM pg_authid ORDER BY 1"),
        old.rows("SELECT xmin::text, * FROM pg_auth_members ORDER BY oid"),
        old.rows("SELECT last_value FROM pg_sequences ORDER BY schemaname, sequencename"),
    ]


def test_a_database_that_nothing_ever_migrated(filled: OldDatabase, commands: Commands) -> None:
    filled.execute("DROP TABLE alembic_version")
    before, content = _traces(filled), filled.content()
    ended = commands(status.main, DATABASE_URL=filled.url)
    assert ended.status == 0
    for told in (
        "Revision: none",
        f"would apply {len(revisions.history()) - 1} revisions, 0002 to {SCHEMA_VERSION}, after a",
        "the older system's tables (schema v1), without a revision. They are adopted.",
        "Rows of schema v1: 3.",
        "the same room again",
        "Without TIME_ZONE",
    ):
        assert told in ended.text
    assert (_traces(filled), filled.content()) == (before, content)
    assert not Path(".local").exists()


def test_many_rows_are_estimated(
    filled: OldDatabase, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "_COUNTED_ROWS", 2)
    for _ in range(8):
        filled.buy()
    ended = commands(status.main, DATABASE_URL=filled.url)
    assert "Rows of schema v1: at least 5." in ended.text
    with psycopg.connect(filled.url, autocommit=True) as connection:
        connection.execute("ANALYZE")
    ended = commands(status.main, DATABASE_URL=filled.url)
    assert "Rows of schema v1: about 19." in ended.text


def test_an_empty_database(empty_database_url: str, commands: Commands) -> None:
    ended = commands(status.main, DATABASE_URL=empty_database_url)
    assert ended.status == 0
    assert f"would apply {len(revisions.history())} revisions, 0001 to" in ended.text
    assert "This is a fresh install." in ended.text
    assert "backup" not in ended.text


def test_an_upgraded_one_and_its_ways_back(filled: OldDatabase, commands: Commands) -> None:
    filled.upgrade()
    before, count = _traces(filled), len(revisions.history())
    ended = commands(status.main, DATABASE_URL=filled.url)
    assert f"Revision: {SCHEMA_VERSION}, the newest; schema v1 was upgraded 20" in ended.text
    assert "make migrate: nothing is pending." in ended.text
    assert f"Revisions: {count} of {count} are applied." in ended.text
    assert "Pending revisions" not in ended.text
    assert f"make downgrade TO={STEPS[0]}: one step back; TO={STEPS[-1]} is the last" in ended.text
    assert "make downgrade: possible, to schema v1 as it was." in ended.text
    assert _traces(filled) == before


def test_one_that_lacks_the_newest_revision(filled: OldDatabase, commands: Commands) -> None:
    migrations.upgrade(filled.url, STEPS[0])
    ended = commands(status.main, DATABASE_URL=filled.url)
    assert f"Revision: {STEPS[0]}; the newest is {SCHEMA_VERSION}" in ended.text
    assert f"would apply 1 revisions, {SCHEMA_VERSION} to" in ended.text
    count = len(revisions.history())
    assert f"Revisions: {count - 1} of {count} are applied." in ended.text
    assert [line.split()[0] for line in ended.lines if line[1:5].isdecimal()] == [SCHEMA_VERSION]


def test_one_that_has_traded_has_no_way_back_to_schema_v1(
    database_url: str, commands: Commands
) -> None:
    world = World(database_url)
    world.portfolio("One")
    world.portfolio("Two")
    world.run_cycle()
    world.disconnect()
    ended = commands(status.main, DATABASE_URL=database_url)
    assert (
        "make downgrade: would be refused: schema v1 has no place for what happened" in ended.text
    )
    assert "1 cycles have run" in ended.text
    assert "portfolio 1 (One) exists; portfolio 2 (Two) exists" in ended.text
    refused = commands(downgrade.main, DATABASE_URL=database_url)
    assert (refused.status, commands.backups()) == (1, [])
    assert "portfolio 1 (One) exists; portfolio 2 (Two) exists" in refused.text


def test_one_of_a_newer_program(old: OldDatabase, commands: Commands) -> None:
    old.execute("UPDATE alembic_version SET version_num = 'ae1027a6acf'")
    ended = commands(status.main, DATABASE_URL=old.url)
    assert ended.status == 0
    assert "which this code does not know" in ended.text


def test_a_migration_that_runs_is_told(old: OldDatabase, commands: Commands) -> None:
    with psycopg.connect(old.url) as other:
        other.execute("SELECT pg_advisory_lock(20260001)")
        ended = commands(status.main, DATABASE_URL=old.url)
    assert "make migrate: would be refused: a migration runs now." in ended.text


def test_a_setting_that_it_does_not_know_is_refused(old: OldDatabase, commands: Commands) -> None:
    ended = commands(status.main, DATABASE_URL=old.url, MAKE_SETTINGS="TIMEZONE")
    assert (ended.status, len(ended.lines)) == (1, 1)
    assert ended.lines[0].startswith("TIMEZONE: not a setting of make status")
