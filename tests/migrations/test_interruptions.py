"""An upgrade that ends early leaves the old database untouched, and no reader waits for long.

It is ended at every seventh statement; `EVERY_STATEMENT=1` ends it at each.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import Connection

from local.postgres import migrations
from prescient.core.errors import DatabaseUnavailable, MigrationRefused
from prescient.store import migration_session
from prescient.store.database import SCHEMA_VERSION
from prescient.usecases.migration import migrate
from prescient.usecases.support.migrating import MigrateRequest
from tests.migrations.chain import BASELINE, LATER, UPGRADE, VERSIONS
from tests.migrations.old_database import TABLES, OldDatabase
from tests.migrations.statements import before_each

WAITING: LiteralString = """
    SELECT count(*) > 0 AS met FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE datname = current_database() AND NOT granted AND mode = 'AccessExclusiveLock'"""
GONE: LiteralString = """
    SELECT count(*) = 0 AS met FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'prescient migrate'"""
ISOLATION = (VERSIONS / "0003_isolation/01_policies.sql").read_text("utf-8")
STEP = 1 if os.environ.get("EVERY_STATEMENT") else 7
IMPATIENT = "&options=-c%20prescient.migration_lock_timeout%3D200ms"


@pytest.fixture
def filled(old: OldDatabase) -> OldDatabase:
    old.add("portfolio_state")
    old.add("markets")
    old.add("trading_signals", trade_id=old.buy(), executed=True)
    old.add("portfolio_history")
    return old


def _whole(old: OldDatabase) -> list[Any]:
    """Every row of the old tables, and what `_relations` says."""
    return [old.content(), *_relations(old)]


def _relations(old: OldDatabase) -> list[Any]:
    """Every relation of every schema with its owner and its place on disk, and the revision."""
    query = """
        SELECT nspname, relname, relowner, relfilenode FROM pg_class
        JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname !~ '^pg_' ORDER BY 1, 2"""
    return [old.rows(query), _revision(old)]


def _revision(old: OldDatabase) -> str:
    revision: str = old.row("SELECT version_num FROM alembic_version")["version_num"]
    return revision


def killing(is_time: Callable[[int, str], bool]) -> Callable[[Connection, str], None]:
    """Ends the session of the migration before a statement, chosen by its number and its text."""
    number = 0

    def act(connection: Connection, statement: str) -> None:
        nonlocal number
        number += 1
        if is_time(number, statement):
            session = connection.connection.driver_connection
            assert isinstance(session, psycopg.Connection)
            with psycopg.connect(session.info.dsn) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [session.info.backend_pid])

    return act


def _killed_at(number: int) -> Callable[[Connection, str], None]:
    return killing(lambda sent, _: sent == number)


def _killed_where(part: str) -> Callable[[Connection, str], None]:
    return killing(lambda _, statement: part in statement)


def _statements(act: Callable[[], None]) -> int:
    """How many `act` sends."""
    sent: list[str] = []
    with before_each(lambda _, statement: sent.append(statement)):
        act()
    return len(sent)


def _there_and_back(filled: OldDatabase) -> tuple[int, int]:
    """How many statements revision 2 sends until it is committed, and how many its downgrade."""
    return (
        _statements(lambda: migrations.upgrade(filled.url, UPGRADE)),
        _statements(lambda: migrations.downgrade(filled.url, BASELINE)),
    )


def test_killed_at_any_statement_it_leaves_the_old_database(filled: OldDatabase) -> None:
    total, _ = _there_and_back(filled)
    assert total > 50
    before = _whole(filled)
    for number in range(1, total + 1, STEP):
        with before_each(_killed_at(number)), pytest.raises(DatabaseUnavailable):
            migrations.upgrade(filled.url, UPGRADE)
        assert _whole(filled) == before, number


def test_killed_inside_the_swap_it_leaves_the_old_database(filled: OldDatabase) -> None:
    before = _whole(filled)
    for part in ("DROP SCHEMA prescient_v2", "readers_of_schema_v1", "DROP TABLE pg_temp"):
        with before_each(_killed_where(part)), pytest.raises(DatabaseUnavailable):
            migrations.upgrade(filled.url)
        assert _whole(filled) == before, part


def test_a_killed_downgrade_leaves_the_upgraded_database(filled: OldDatabase) -> None:
    _, total = _there_and_back(filled)
    assert total > 20
    original = filled.content()
    migrations.upgrade(filled.url, UPGRADE)
    before = _relations(filled)
    for number in range(1, total + 1, STEP):
        with before_each(_killed_at(number)), pytest.raises(DatabaseUnavailable):
            migrations.downgrade(filled.url, BASELINE)
        assert _relations(filled) == before, number
    migrations.downgrade(filled.url, BASELINE)
    assert filled.content() == original


def test_killed_between_two_revisions_it_goes_on_from_there(filled: OldDatabase) -> None:
    migrations.upgrade(filled.url, UPGRADE)
    with (
        before_each(killing(lambda _, statement: statement == ISOLATION)),
        pytest.raises(DatabaseUnavailable),
    ):
        migrations.upgrade(filled.url)
    assert _revision(filled) == UPGRADE
    assert migrate(filled.url, MigrateRequest()).plan.lacking == tuple(LATER)
    assert _revision(filled) == SCHEMA_VERSION


def test_a_process_killed_in_the_middle_leaves_the_old_database(filled: OldDatabase) -> None:
    total, _ = _there_and_back(filled)
    before = _whole(filled)
    process = _start("tests.migrations.killed_process", filled, str(total // 2))
    assert process.wait() == -signal.SIGKILL
    _wait_for(filled, GONE)
    assert _whole(filled) == before


def test_a_process_killed_at_the_end_leaves_the_old_database(filled: OldDatabase) -> None:
    """It is killed where it waits for a reader, with all of its work done but the last step."""
    before = _whole(filled)
    with psycopg.connect(filled.url) as reader:
        reader.execute("SELECT FROM trades")
        process = _start("operations.migrate", filled)
        _wait_for(filled, WAITING)
        process.send_signal(signal.SIGKILL)
        process.wait()
    _wait_for(filled, GONE)
    assert _whole(filled) == before


def _start(module: str, old: OldDatabase, *arguments: str) -> subprocess.Popen[bytes]:
    variables = {
        "DATABASE_URL": old.url,
        "BACKUP": "no",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    return subprocess.Popen([sys.executable, "-m", module, *arguments], env=os.environ | variables)


def _wait_for(old: OldDatabase, condition: LiteralString) -> None:
    for _ in range(600):
        if old.row(condition)["met"]:
            return
        time.sleep(0.05)
    raise AssertionError(condition)


@pytest.mark.parametrize(
    ("start", "act", "table", "end"),
    [
        (UPGRADE, migrations.upgrade, "trades", SCHEMA_VERSION),
        (SCHEMA_VERSION, lambda url: migrations.downgrade(url, BASELINE), "market_hours", BASELINE),
    ],
)
def test_an_autovacuum_is_waited_for_and_meets_no_deadlock(
    filled: OldDatabase, start: str, act: Callable[[str], None], table: str, end: str
) -> None:
    """It analyzes a table that has just been filled, and writes to the catalogue at its end."""
    migrations.upgrade(filled.url, start)
    name = sql.Identifier(table)
    with psycopg.connect(filled.url) as vacuum, ThreadPoolExecutor() as threads:
        vacuum.execute(sql.SQL("LOCK {} IN SHARE UPDATE EXCLUSIVE MODE").format(name))
        migration = threads.submit(act, filled.url)
        _wait_for(filled, WAITING)
        vacuum.execute(sql.SQL("ANALYZE {}").format(name))
        vacuum.commit()
        migration.result()
    assert _revision(filled) == end


@pytest.mark.parametrize(
    "held", ["INSERT INTO system_metadata VALUES ('x', '1', now())", "SELECT FROM trades"]
)
def test_a_held_lock_is_told_and_nothing_changes(filled: OldDatabase, held: LiteralString) -> None:
    before = _whole(filled)
    with psycopg.connect(filled.url) as other:
        other.execute(held)
        with pytest.raises(MigrationRefused, match="another session used the tables for longer"):
            migrations.upgrade(filled.url + IMPATIENT)
        other.rollback()
    assert _whole(filled) == before


def test_a_second_migration_at_the_same_time_is_refused(filled: OldDatabase) -> None:
    with psycopg.connect(filled.url) as first:
        first.execute("SELECT pg_advisory_lock(20260001)")
        with pytest.raises(MigrationRefused, match="another migration of this database is running"):
            migrations.upgrade(filled.url)


def test_the_next_migration_need_not_wait_until_the_server_ends_the_session(
    filled: OldDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which it does some time after the client has closed it: here, never."""
    left_open: list[psycopg.Connection[Any]] = []

    def leave_open(session: psycopg.Connection[Any]) -> None:
        left_open.append(session)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "close", leave_open)
        with migration_session.connected(filled.url):
            pass
    migrations.upgrade(filled.url, UPGRADE)
    assert _revision(filled) == UPGRADE
    [ended] = left_open
    ended.close()


def test_readers_wait_for_the_last_statements_only(filled: OldDatabase) -> None:
    for table in TABLES:  # prescient_owner does not own them yet
        name = sql.Identifier(table)
        filled.execute(sql.SQL("ALTER TABLE {} OWNER TO CURRENT_USER").format(name))
    readable: list[tuple[str, bool]] = []
    url = filled.url + "&options=-c%20lock_timeout%3D50ms"
    with psycopg.connect(url, autocommit=True) as reader:

        def read(_: Connection, statement: str) -> None:
            try:
                for table in TABLES:
                    reader.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(table)))
                readable.append((statement, True))
            except psycopg.errors.LockNotAvailable:
                readable.append((statement, False))

        with before_each(read):
            migrations.upgrade(filled.url, UPGRADE)
    locking = next(
        number for number, (sent, _) in enumerate(readable) if "ACCESS EXCLUSIVE MODE" in sent
    )
    assert all(could for _, could in readable[: locking + 1])
    assert len(readable) - locking < 10
    assert not readable[locking + 1][1]
