"""An upgrade that ends early leaves the old database untouched, and nobody waits for long.

It is ended at every seventh statement; `EVERY_STATEMENT=1` ends it at each.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import Connection

from local import migrations
from prescient.core.errors import DatabaseUnavailable, MigrationRefused
from tests.migrations.old_database import TABLES, OldDatabase
from tests.migrations.statements import before_each

WAITING: LiteralString = """
    SELECT count(*) > 0 AS met FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE datname = current_database() AND NOT granted AND mode = 'AccessExclusiveLock'"""
GONE: LiteralString = """
    SELECT count(*) = 0 AS met FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'prescient migrate'"""
IMPATIENT = "&options=-c%20prescient.migration_lock_timeout%3D200ms"


@pytest.fixture
def filled(old: OldDatabase) -> OldDatabase:
    old.add("portfolio_state")
    old.add("markets")
    old.add("trading_signals", trade_id=old.buy(), executed=True)
    old.add("portfolio_history")
    return old


def _whole(old: OldDatabase) -> list[Any]:
    """Every row, and every relation of every schema with its owner and its place on disk."""
    relations = """
        SELECT nspname, relname, relowner, relfilenode FROM pg_class
        JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname !~ '^pg_' ORDER BY 1, 2"""
    return [old.content(), old.rows(relations), old.rows("SELECT * FROM alembic_version")]


def _killing(number: int) -> Any:
    """Ends the session of the migration before its statement of this number."""
    sent = 0

    def act(connection: Connection, _: str) -> None:
        nonlocal sent
        sent += 1
        if sent == number:
            session = connection.connection.driver_connection
            assert isinstance(session, psycopg.Connection)
            with psycopg.connect(session.info.dsn) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [session.info.backend_pid])

    return act


def _statements(filled: OldDatabase) -> int:
    """How many the upgrade sends until it is committed, with revision 0002 alone."""
    sent: list[str] = []
    with before_each(lambda _, statement: sent.append(statement)):
        migrations.upgrade(filled.url, "0002")
    migrations.downgrade(filled.url, "0001")
    return len(sent)


def test_killed_at_any_statement_it_leaves_the_old_database(filled: OldDatabase) -> None:
    total = _statements(filled)
    assert total > 50
    before = _whole(filled)
    step = 1 if os.environ.get("EVERY_STATEMENT") else 7
    for number in range(1, total + 1, step):
        with before_each(_killing(number)), pytest.raises(DatabaseUnavailable):
            migrations.upgrade(filled.url, "0002")
        assert _whole(filled) == before, number


def test_a_killed_process_leaves_the_old_database(filled: OldDatabase) -> None:
    """It is killed where it waits for a reader, with all of its work done but the last step."""
    before = _whole(filled)
    with psycopg.connect(filled.url) as reader:
        reader.execute("SELECT FROM trades")
        process = subprocess.Popen(
            [sys.executable, "-m", "local.migrate"],
            env=os.environ
            | {
                "DATABASE_URL": filled.url,
                "BACKUP": "no",
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
        )
        _wait_for(filled, WAITING)
        process.send_signal(signal.SIGKILL)
        process.wait()
    _wait_for(filled, GONE)
    assert _whole(filled) == before


def _wait_for(old: OldDatabase, condition: LiteralString) -> None:
    for _ in range(600):
        if old.row(condition)["met"]:
            return
        time.sleep(0.05)
    raise AssertionError(condition)


@pytest.mark.parametrize(
    "held", ["INSERT INTO system_metadata (key) VALUES ('x')", "SELECT FROM trades"]
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


def test_readers_wait_for_the_last_statements_only(filled: OldDatabase) -> None:
    for table in TABLES:  # nobody has handed them to prescient_owner yet
        name = sql.Identifier(table)
        filled.execute(sql.SQL("ALTER TABLE {} OWNER TO CURRENT_USER").format(name))
    readable: list[tuple[str, bool]] = []
    url = filled.url + "&options=-c%20lock_timeout%3D50ms"
    with psycopg.connect(url, autocommit=True) as reader:

        def read(_: Connection, statement: str) -> None:
            try:
                for table in TABLES:
                    reader.execute(f"SELECT FROM {table} LIMIT 1")  # type: ignore[arg-type]
                readable.append((statement, True))
            except psycopg.errors.LockNotAvailable:
                readable.append((statement, False))

        with before_each(read):
            migrations.upgrade(filled.url, "0002")
    locking = next(
        number for number, (sent, _) in enumerate(readable) if "ACCESS EXCLUSIVE MODE" in sent
    )
    assert all(could for _, could in readable[: locking + 1])
    assert len(readable) - locking < 10
    assert not readable[locking + 1][1]
