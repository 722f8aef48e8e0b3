"""Work for the server that need not be waited for at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import LiteralString

from psycopg import errors
from psycopg.abc import PQGen
from psycopg.copy import LibpqWriter
from psycopg.generators import fetch_many
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn
from psycopg.waiting import Wait

from prescient.store.database import Session


@contextmanager
def copied(
    session: Session, statement: LiteralString, rows: Iterable[Sequence[object]]
) -> Iterator[None]:
    """Send rows, and let the block work while the server keeps them; it may not use the session.

    The server reads rows as they come, but checks their foreign keys once all are there: that takes
    nearly as long again. What is wrong with a row is raised when the block ends.
    """
    with session.cursor() as cursor:
        writer = _Writer(cursor)
        with cursor.copy(statement, writer=writer) as copy:
            for row in rows:
                copy.write_row(row)
            writer.write(copy.formatter.end())
            writer.end()
            yield


def send_all(session: Session) -> None:
    """Send what a pipeline has to send: of a long statement a part would wait until the next one.

    The server begins a statement when it has all of it.
    """
    session.wait(_flush(session.pgconn))


class _Writer(LibpqWriter):
    """Ends the COPY before it waits for what came of it."""

    _has_ended = False

    def end(self) -> None:
        self.connection.wait(_end(self._pgconn))
        self._has_ended = True

    def finish(self, exc: BaseException | None = None) -> None:
        if not self._has_ended:
            super().finish(exc)
            return
        [result] = self.connection.wait(fetch_many(self._pgconn))
        if result.status != ExecStatus.COMMAND_OK:
            raise errors.error_from_result(result)


def _end(pgconn: PGconn) -> PQGen[None]:
    while pgconn.put_copy_end() == 0:
        yield Wait.W
    yield from _flush(pgconn)


def _flush(pgconn: PGconn) -> PQGen[None]:
    while pgconn.flush() != 0:
        yield Wait.W
