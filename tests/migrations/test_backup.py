"""The backup comes back as it was, is whole or absent, and shows no password."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.postgres import databases, programs
from operations import backup, migrate
from operations.backup import BackupFailed
from tests.migrations.commands import Commands
from tests.migrations.conftest import MakeOldDatabase
from tests.migrations.old_database import OldDatabase

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
PROGRAM = """#!/bin/sh
[ "$1" = --version ] && echo "pg_dump (PostgreSQL) {version}" && exit
echo "$@ $PGPASSWORD" > {directory}/seen
echo half > "$5"
echo "out of space" >&2
exit {code}
"""
MakeProgram = Callable[..., None]


@pytest.fixture
def pg_dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeProgram:
    """Puts a program in the place of pg_dump, of a version and an exit status."""

    def make(version: str = "99.1", code: int = 0) -> None:
        path = tmp_path / "pg_dump"
        path.write_text(PROGRAM.format(version=version, directory=tmp_path, code=code))
        path.chmod(0o755)
        monkeypatch.setattr(programs, "program", lambda name: tmp_path / name)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    return make


def test_it_restores_to_an_equal_database(
    old: OldDatabase, make_old_database: MakeOldDatabase, tmp_path: Path
) -> None:
    old.add("portfolio_state")
    old.buy(market_question="naïve “quotes” \\ \t🙂")
    old.add("markets", market_data='{"a": [1.50, null]}', yes_price="NaN")
    old.add("portfolio_snapshots", timestamp="infinity")
    taken = backup.take(old.url, NOW, tmp_path)
    with make_old_database() as other:
        databases.drop(other.url)
        databases.create(other.url)
        restore = [str(programs.program("pg_restore")), "--exit-on-error", "--dbname", other.url]
        subprocess.run([*restore, str(taken.path)], check=True, capture_output=True)
        assert other.content() == old.content()
        assert list(other.upgrade()["tables"]) == list(old.upgrade()["tables"])


def test_a_failed_one_is_named_and_leaves_no_file(
    old: OldDatabase, tmp_path: Path, pg_dump: MakeProgram
) -> None:
    pg_dump(code=1)
    with pytest.raises(BackupFailed, match="pg_dump ended with 1: out of space"):
        backup.take(old.url, NOW, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_after_a_failed_one_nothing_is_migrated(
    old: OldDatabase,
    pg_dump: MakeProgram,
    commands: Commands,
) -> None:
    pg_dump(code=1)
    old.buy()
    before = old.content()
    ended = commands(migrate.main, DATABASE_URL=old.url)
    assert ended.status == 1
    assert ended.lines[-2:] == [
        "backup: pg_dump ended with 1: out of space",
        "Refused: nothing has changed. Exit status 1.",
    ]
    assert old.content() == before
    assert old.row("SELECT version_num FROM alembic_version") == {"version_num": "0001"}


def test_one_that_is_older_than_the_server_is_refused(
    old: OldDatabase, tmp_path: Path, pg_dump: MakeProgram
) -> None:
    pg_dump(version="14.2")
    with pytest.raises(BackupFailed, match=r"the server is Postgres 18, and no pg_dump is as new"):
        backup.take(old.url, NOW, tmp_path / "backups")


def test_the_password_is_no_argument(
    old: OldDatabase, tmp_path: Path, pg_dump: MakeProgram
) -> None:
    pg_dump()
    backup.take(old.url + "&password=sesame", NOW, tmp_path / "backups")
    arguments, _, password = (tmp_path / "seen").read_text().strip().rpartition(" ")
    assert password == "sesame"
    assert "sesame" not in arguments


def test_it_can_be_taken_by_itself(old: OldDatabase, commands: Commands) -> None:
    ended = commands(backup.main, DATABASE_URL=old.url)
    (path,) = commands.backups()
    assert ended.status == 0
    assert ended.lines[0].startswith(f"Backup: {path} (")
    refused = commands(backup.main, DATABASE_URL=old.url, DRY_RUN="1")
    assert (refused.status, len(commands.backups())) == (1, 1)
    assert refused.lines[0].startswith("DRY_RUN: not a setting of make backup")
