"""Whatever ends a migration, its exit status and its last line say what became of the database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from local.postgres import migrations
from operations import downgrade, migrate
from operations.outcomes import Attempt, Outcome
from prescient.store import revisions
from prescient.store.database import SCHEMA_VERSION
from tests.migrations.commands import Commands, Main
from tests.migrations.old_database import OldDatabase
from tests.migrations.statements import before_each
from tests.migrations.test_interruptions import IMPATIENT, ISOLATION, WAITING, killing

AT_OLD = "Failed: what was begun is undone, and the database is at revision 0001. Exit status 2."


@pytest.fixture
def filled(old: OldDatabase) -> OldDatabase:
    old.add("portfolio_state")
    old.buy()
    return old


def _start(module: str, url: str, **settings: str) -> subprocess.Popen[str]:
    paths = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen(
        [sys.executable, "-m", module],
        env=os.environ | paths | {"DATABASE_URL": url} | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _wait_until(old: OldDatabase, condition: LiteralString) -> None:
    for _ in range(600):
        if old.row(condition)["met"]:
            return
        time.sleep(0.05)
    raise AssertionError(condition)


@pytest.mark.usefixtures("commands")  # for a folder of its own
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("dry_run", ["", "1"])
def test_an_interrupted_migration_is_undone_and_says_so(
    filled: OldDatabase, number: signal.Signals, dry_run: str
) -> None:
    before = filled.content()
    with psycopg.connect(filled.url) as reader:
        reader.execute("SELECT FROM trades")
        process = _start("operations.migrate", filled.url, DRY_RUN=dry_run)
        _wait_until(filled, WAITING)
        process.send_signal(number)
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    undone = "Failed: what was begun is undone, and nothing has changed. Exit status 2."
    assert printed.splitlines()[-2:] == ["Interrupted.", undone if dry_run else AT_OLD]
    assert "Traceback" not in printed
    assert filled.content() == before
    assert not [*Path(".local").rglob("*migrate*")]


def test_an_interrupted_downgrade_is_undone_and_says_so(
    filled: OldDatabase, commands: Commands
) -> None:
    commands(migrate.main, DATABASE_URL=filled.url)
    with psycopg.connect(filled.url) as reader:
        reader.execute("SELECT FROM trades")
        process = _start("operations.downgrade", filled.url)
        _wait_until(filled, WAITING)
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert printed.splitlines()[-1] == AT_OLD.replace("0001", SCHEMA_VERSION)


def test_a_lock_that_another_session_holds_is_a_failure(
    filled: OldDatabase, commands: Commands
) -> None:
    with psycopg.connect(filled.url) as reader:
        reader.execute("SELECT FROM trades")
        ended = commands(migrate.main, DATABASE_URL=filled.url + IMPATIENT)
    assert (ended.status, ended.lines[-1]) == (2, AT_OLD)
    assert ended.lines[-2].startswith("another session used the tables")


def test_an_end_between_two_revisions_says_where_the_database_stands(
    filled: OldDatabase, commands: Commands
) -> None:
    migrations.upgrade(filled.url, revisions.UPGRADE)
    with before_each(killing(lambda _, statement: statement == ISOLATION)):
        ended = commands(migrate.main, DATABASE_URL=filled.url)
    assert (ended.status, ended.lines[-1]) == (2, AT_OLD.replace("0001", revisions.UPGRADE))
    assert commands(migrate.main, DATABASE_URL=filled.url).status == 0


def test_a_second_one_at_the_same_time_is_refused(filled: OldDatabase, commands: Commands) -> None:
    with psycopg.connect(filled.url) as reader:
        reader.execute("SELECT FROM trades")
        first = _start("operations.migrate", filled.url)
        _wait_until(filled, WAITING)
        second = commands(migrate.main, DATABASE_URL=filled.url)
    assert first.communicate(timeout=60)[0].splitlines()[-1].startswith("Done: ")
    assert (first.returncode, second.status) == (0, 1)
    assert second.lines[-2] == "another migration of this database is running"


def test_what_was_committed_before_the_connection_broke_counts_as_done(database_url: str) -> None:
    attempt = Attempt()
    attempt.begin(database_url, SCHEMA_VERSION)
    outcome, sentence = attempt.outcome(has_failed=True)
    assert outcome is Outcome.UNREPORTED
    assert sentence == f"the database is at revision {SCHEMA_VERSION}"


def test_where_the_database_cannot_be_asked_any_more_status_is_named() -> None:
    attempt = Attempt()
    attempt.begin("postgresql://127.0.0.1:1/gone", SCHEMA_VERSION)
    outcome, sentence = attempt.outcome(has_failed=True)
    assert outcome is Outcome.FAILED
    assert "`make status` says where the database stands" in sentence


@pytest.mark.parametrize("main", [migrate.main, downgrade.main])
def test_before_anything_is_begun_an_error_is_a_refusal(commands: Commands, main: Main) -> None:
    ended = commands(main, DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert (ended.status, ended.lines[-1]) == (1, "Refused: nothing has changed. Exit status 1.")
