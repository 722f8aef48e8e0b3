"""A connection that dies at its n-th statement, as when a function is killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Cursor

from prescient.core.errors import DatabaseUnavailable
from prescient.store import database

Kills = Mapping[str, int]
"""At which statement each step is killed; the others are left alone."""
NO_KILLS: Kills = {}


class Killer:
    """Counts statements while armed, commits too; at the chosen one it closes the connection.

    It counts those of transactions alone. How often a connection is opened, or asked whether it is
    still alive, depends on what was killed before and on how long it was idle by the wall clock;
    a step that is told to die at a statement must die at that one whenever it is run.
    """

    def __init__(self) -> None:
        self._left: int | None = None
        self._in_transaction: set[psycopg.Connection[Any]] = set()

    def kills(self, step: Callable[[], Any], statement: int) -> bool:
        """Run the step with a connection that dies at `statement`; whether it came so far."""
        self._left = statement
        try:
            step()
        except DatabaseUnavailable:
            return True
        finally:
            self._left = None
        return False

    def execute(self, connection: psycopg.Connection[Any], query: object) -> None:
        """Count a statement; what begins a transaction is none."""
        if str(query).startswith("BEGIN"):
            self._in_transaction.add(connection)
            return
        self.count(connection)
        if query == "COMMIT":
            self.end(connection)

    def end(self, connection: psycopg.Connection[Any]) -> None:
        """Count no more until another transaction begins."""
        self._in_transaction.discard(connection)

    def count(self, connection: psycopg.Connection[Any]) -> None:
        if self._left is None or connection not in self._in_transaction:
            return
        if self._left == 0:
            self._left = None
            connection.close()
        else:
            self._left -= 1


@contextmanager
def killer_installed(monkeypatch_target: Any = database) -> Iterator[Killer]:
    """Every new connection of the store counts its statements with the killer."""
    killer = Killer()
    connect = monkeypatch_target._connect

    def counting_connect(*args: Any, **kwargs: Any) -> Any:
        session = connect(*args, **kwargs)
        session.cursor_factory = _counting_cursor(killer)
        _count_ends(session, killer)
        return session

    monkeypatch_target._connect = counting_connect
    try:
        yield killer
    finally:
        monkeypatch_target._connect = connect


def _counting_cursor(killer: Killer) -> type[Cursor[Any]]:
    class CountingCursor(Cursor[Any]):
        def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
            killer.execute(self.connection, query)
            return super().execute(query, *args, **kwargs)

        def executemany(self, *args: Any, **kwargs: Any) -> Any:
            killer.count(self.connection)
            return super().executemany(*args, **kwargs)

        def copy(self, *args: Any, **kwargs: Any) -> Any:
            killer.count(self.connection)
            return super().copy(*args, **kwargs)

    return CountingCursor


def _count_ends(session: Any, killer: Killer) -> None:
    """Count the ends of savepoints, and end with a rollback."""
    savepoint, rollback = session.transaction, session.rollback

    @contextmanager
    def counting_savepoint(*args: Any, **kwargs: Any) -> Iterator[Any]:
        with savepoint(*args, **kwargs) as begun:
            yield begun
            killer.count(session)
            if session.closed:  # a release on it would say nothing
                raise psycopg.OperationalError("the connection is closed")

    def counting_rollback() -> None:
        rollback()
        killer.end(session)

    session.transaction, session.rollback = counting_savepoint, counting_rollback
