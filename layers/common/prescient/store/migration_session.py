"""The session of a migration: one at a time on each database, with errors as domain errors.

Only the migrate function, which has the layer with Alembic, imports this.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import create_engine, pool
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from prescient.core.errors import MigrationRefused
from prescient.store import refusals, statements
from prescient.store.database import CONNECT_TIMEOUT_SECONDS, Session

SQL = statements.load(__file__)
OLDEST_SERVER = 15


@contextmanager
def connected(url: str, statement_timeout: int = 0) -> Iterator[Connection]:
    """Connect, and hold the lock of migrations until the end. `url` is a libpq URL.

    A statement may take `statement_timeout` seconds; 0 is without a limit. Raises
    `DatabaseUnavailable`, and `MigrationRefused` where another migration runs, for a pooler, a
    server that is too old or only reads, and for errors of Postgres, which undo what was begun.
    """
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(
            url, connect_timeout=CONNECT_TIMEOUT_SECONDS, application_name="prescient migrate"
        ),
        poolclass=pool.NullPool,
    )
    with domain_errors(), engine.connect() as connection:
        with connection.begin():
            begun = begun_session(connection)
            _check_version(begun.info.server_version)
            _check_not_pooled(begun)
            _check_writable(begun)
            begun.execute(SQL["configure"], {"statement_timeout": f"{statement_timeout}s"})
            if begun.execute(SQL["take_turn"]).fetchone() != (True,):
                raise MigrationRefused("another migration of this database is running")
        try:
            yield connection
        finally:
            _end_turn(session(connection))


def _end_turn(ended: Session) -> None:
    """Give the lock back: the server does so some time after the session's end, and not at once."""
    if ended.info.transaction_status is TransactionStatus.IDLE:
        with suppress(psycopg.Error):
            ended.execute(SQL["end_turn"])
            ended.commit()


def _check_version(server_version: int) -> None:
    if server_version < OLDEST_SERVER * 10000:
        raise MigrationRefused(
            f"the server is Postgres {server_version // 10000}: this needs {OLDEST_SERVER} or newer"
        )


def _check_not_pooled(session: Session) -> None:
    """The lock, the role and the temporary tables of a migration belong to one session."""
    known = {"backend_pid": session.info.backend_pid}
    if session.execute(SQL["ask_whether_pooled"], known).fetchone() != (False,):
        raise MigrationRefused(
            "DATABASE_URL leads to a pooler of connections (as PgBouncer): a migration needs the "
            "server's own address"
        )


def _check_writable(session: Session) -> None:
    is_standby, is_read_only = session.execute(SQL["ask_whether_read_only"]).fetchone() or (0, 0)
    if is_standby:
        raise MigrationRefused(
            "the server is a standby, which only reads: name its primary in DATABASE_URL"
        )
    if is_read_only:
        raise MigrationRefused(
            "this login's transactions are read-only: ALTER ROLE or ALTER DATABASE … RESET "
            "default_transaction_read_only, or name another login"
        )


def session(connection: Connection) -> Session:
    """Return the driver's connection, in the same transaction."""
    return cast(Session, connection.connection.driver_connection)


def begun_session(connection: Connection) -> Session:
    """Return `session` with its transaction begun, which SQLAlchemy does at the first statement."""
    connection.exec_driver_sql("SELECT 1")
    return session(connection)


@contextmanager
def domain_errors() -> Iterator[None]:
    """Raise errors of Postgres as `MigrationRefused` or `DatabaseUnavailable`."""
    try:
        yield
    except DBAPIError as error:
        raise refusals.refusal(error.orig) from error
    except psycopg.Error as error:
        raise refusals.refusal(error) from error
