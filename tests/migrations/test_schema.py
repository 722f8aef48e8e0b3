"""A fresh install and an upgraded database end with the same schema, and so does the way back."""

from __future__ import annotations

import subprocess

from local.postgres import migrations, server
from prescient.store import revisions
from prescient.store.database import SCHEMA_VERSION
from tests.migrations.conftest import MakeOldDatabase
from tests.migrations.old_database import OldDatabase


def _schema(url: str, *options: str) -> list[str]:
    """Every definition as pg_dump writes it, without the token that differs from run to run."""
    command = [str(server.program("pg_dump")), "--schema-only", *options, "--dbname", url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [line for line in done.stdout.splitlines() if "restrict" not in line]


def _fill(old: OldDatabase) -> None:
    old.add("portfolio_state")
    old.add("trading_signals", trade_id=old.buy(), executed=True)
    old.add("market_snapshots")


def test_an_upgraded_database_has_the_schema_of_a_fresh_one(
    old: OldDatabase, database_url: str
) -> None:
    _fill(old)
    old.upgrade()
    assert _schema(old.url) == _schema(database_url)


def test_so_has_an_adopted_one_with_columns_in_another_order(
    old: OldDatabase, database_url: str
) -> None:
    old.execute("DROP TABLE alembic_version", "ALTER TABLE trades DROP reason")
    old.execute("ALTER TABLE trades ADD reason TEXT")
    _fill(old)
    old.upgrade()
    assert _schema(old.url) == _schema(database_url)


def test_a_downgraded_database_has_the_schema_that_it_had(
    old: OldDatabase, make_old_database: MakeOldDatabase
) -> None:
    _fill(old)
    old.upgrade()
    migrations.downgrade(old.url, "0001")
    with make_old_database() as untouched:
        options = ("--no-owner", "--no-privileges")
        assert _schema(old.url, *options) == _schema(untouched.url, *options)


def test_the_last_revision_is_what_the_store_expects() -> None:
    assert revisions.pending(None)[-1] == SCHEMA_VERSION
