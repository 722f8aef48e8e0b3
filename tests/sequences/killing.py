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
        self._depth = 0

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

    @contextmanager
    def pipeline(self) -> Iterator[None]:
        """Forget at its end the transaction that began in the block."""
        depth = self._depth
        try:
            yield
        finally:
            self._depth = depth

    def execute(self, connection: psycopg.Connection[Any], query: object) -> None:
        """Count a statement; the store's own BEGIN opens a transaction and is none."""
        if query == "BEGIN":
            self._depth += 1
        else:
            self.count(connection)

    @contextmanager
    def transaction(self, connection: psycopg.Connection[Any]) -> Iterator[None]:
        """Count what is executed in the block, and the commit or the savepoint that ends it."""
        self._depth += 1
        try:
            yield
            self.count(connection)
        finally:
            self._depth -= 1

    def count(self, connection: psycopg.Connection[Any]) -> None:
        if self._left is None or not self._depth:
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

    def counting_connect(*args: Any, **kwargs: Any) -> Any:
        session = connect(*args, **kwargs)
        session.cursor_factory = CountingCursor
        transaction, pipeline = session.transaction, session.pipeline

        @contextmanager
        def counting_pipeline() -> Iterator[Any]:
            with killer.pipeline(), pipeline() as opened:
                yield opened

        @contextmanager
        def counting_transaction(*args: Any, **kwargs: Any) -> Iterator[Any]:
            with transaction(*args, **kwargs) as begun:
                with killer.transaction(session):
                    yield begun
                if session.closed:  # a commit on it would say nothing
                    raise psycopg.OperationalError("the connection is closed")

        session.transaction, session.pipeline = counting_transaction, counting_pipeline
        return session

    monkeypatch_target._connect = counting_connect
    try:
        yield killer
    finally:
        monkeypatch_target._connect = connect
