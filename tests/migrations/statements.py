"""What happens just before a statement of a migration is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine


@contextmanager
def before_each(act: Callable[[Connection, str], None]) -> Iterator[None]:
    """Calls `act` with the connection and each statement, but not with its own statements."""
    acting = False

    def listen(connection: Connection, _: Any, statement: str, *__: Any) -> None:
        nonlocal acting
        if not acting:
            acting = True
            try:
                act(connection, statement)
            finally:
                acting = False

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
