"""A connection that dies at its n-th statement, as when a function is killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Cursor

from prescient.store import database


class Killer:
    """Counts statements while armed; at the chosen one the connection is closed under it."""

    def __init__(self) -> None:
        self.left: int | None = None

    def count(self, connection: psycopg.Connection[Any]) -> None:
        if self.left is None:
            return
        if self.left == 0:
            self.left = None
            connection.close()
        else:
            self.left -= 1


@contextmanager
def killer_installed(monkeypatch_target: Any = database) -> Iterator[Killer]:
    """Every new connection of the store counts its statements with the killer."""
    killer = Killer()
    connect = monkeypatch_target._connect

    class CountingCursor(Cursor[Any]):
        def execute(self, *args: Any, **kwargs: Any) -> Any:
            killer.count(self.connection)
            return super().execute(*args, **kwargs)

        def executemany(self, *args: Any, **kwargs: Any) -> Any:
            killer.count(self.connection)
            return super().executemany(*args, **kwargs)

        def copy(self, *args: Any, **kwargs: Any) -> Any:
            killer.count(self.connection)
            return super().copy(*args, **kwargs)

    def counting_connect(url: str) -> Any:
        session = connect(url)
        session.cursor_factory = CountingCursor
        return session

    monkeypatch_target._connect = counting_connect
    try:
        yield killer
    finally:
        monkeypatch_target._connect = connect
