"""One connection an execution environment, opened when first needed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from decimal import Decimal
from functools import partial
from typing import Any, LiteralString

import psycopg
from psycopg import Connection, Cursor, errors
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_dumps, set_json_loads

from prescient.core.errors import (
    DatabaseUnavailable,
    DeadlockDetected,
    SchemaVersionMismatch,
    SerializationFailure,
)
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import reach, roles, session_settings, statements

SQL = statements.load(__file__)
SCHEMA_VERSION = "0028"
CONNECT_TIMEOUT_SECONDS = 5
STATEMENT_TIMEOUT_SECONDS = 50
IDLE_TRANSACTION_TIMEOUT_SECONDS = 30
TRUSTED_IDLE_SECONDS = 20.0
# The oldest schema that this code runs on: lower where a revision adds only what later code reads.
# Newer schemas serve it up to the next contracting revision, which they note.
LEAST_SCHEMA_VERSION = SCHEMA_VERSION
_BEGIN: LiteralString = "BEGIN"
_BEGIN_SNAPSHOT: LiteralString = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_DECODER = json.JSONDecoder(parse_float=Decimal)

Session = Connection[TupleRow]


class PortfolioNotNamed(Exception):
    """A session of prescient_portfolio began a transaction that could see no row."""


class Database:
    """A lazily opened connection to Postgres, `autocommit` with explicit transactions.

    Behind a pooler of transactions, which is recognised when the connection opens, each transaction
    sets what the session is set to elsewhere, and no statement is prepared. Every error of Postgres
    that a retry can mend leaves as `DatabaseUnavailable`, `SerializationFailure` or
    `DeadlockDetected`.
    """

    def __init__(
        self, url: str | Callable[[], str], statement_timeout: int = STATEMENT_TIMEOUT_SECONDS
    ) -> None:
        """`url` is a libpq URL, or makes one for each connection: an IAM token does not last.

        A statement that takes longer than `statement_timeout` seconds is `DatabaseUnavailable`.
        """
        self._url = url
        self.statement_timeout = statement_timeout
        self._session: Session | None = None
        self._set_for_transaction: dict[str, list[str]] | None = None
        self._names_portfolios = False
        self._last_used = 0.0

    @property
    def url(self) -> str:
        """The URL to connect to now."""
        return self._url if isinstance(self._url, str) else self._url()

    @contextmanager
    def transaction(
        self, *portfolio_ids: PortfolioId, pipelined: bool = False
    ) -> Iterator[Session]:
        """A transaction: committed when the block ends, rolled back when it raises.

        A `pipelined` one, and one that names its portfolios, is a pipeline: only a fetch waits for
        the server, and what a write did wrong is raised there or at the end. COPY is no part of
        one. A session of prescient_portfolio sees the rows of those portfolios alone, and raises
        `PortfolioNotNamed` without one.
        """
        is_pipeline = pipelined or bool(portfolio_ids)
        begin = partial(_transaction, begin=_BEGIN, pipelined=is_pipeline)
        with self._begun(portfolio_ids, begin) as session:
            yield session

    @contextmanager
    def snapshot(self, *, pipelined: bool = False) -> Iterator[Session]:
        """A read-only transaction whose statements all see the same moment.

        A `pipelined` one is a pipeline: what is asked for before the first fetch, and fetched after
        the block, takes one round trip.
        """
        begin = partial(_transaction, begin=_BEGIN_SNAPSHOT, pipelined=pipelined)
        with self._begun((), begin) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reads of which each may see another moment.

        A statement is a transaction by itself: it needs no BEGIN and no COMMIT around it. Behind a
        pooler there is one transaction around all.
        """
        with self._begun((), self._by_itself) as session:
            yield session

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    @contextmanager
    def _begun(
        self,
        portfolio_ids: Sequence[PortfolioId],
        begin: Callable[[Session], AbstractContextManager[object]],
    ) -> Iterator[Session]:
        with _domain_errors():
            session = self._usable_session()
            if not portfolio_ids and self._names_portfolios:
                raise PortfolioNotNamed
            with begin(session):
                if self._set_for_transaction is not None:
                    session.execute(SQL["set_for_transaction"], self._set_for_transaction)
                if portfolio_ids:
                    named = ",".join(map(str, portfolio_ids))
                    session.execute(SQL["name_portfolios"], {"portfolio_ids": named})
                yield session
            self._last_used = time.monotonic()

    def _by_itself(self, session: Session) -> AbstractContextManager[object]:
        if self._set_for_transaction is None:
            return nullcontext()
        return _transaction(session, _BEGIN, pipelined=True)

    def _usable_session(self) -> Session:
        if self._session is not None and not self._alive(self._session):
            self.close()
        if self._session is None:
            url = self.url
            session = _connect(url)
            try:
                self._prepare(session, _settings(url, self.statement_timeout))
            except BaseException:
                session.close()
                raise
            self._session = session
        return self._session

    def _prepare(self, session: Session, settings: dict[str, list[str]]) -> None:
        """Set the new session up, in one round trip: a pipeline is one transaction."""
        with session.pipeline():
            opened = session.execute(
                SQL["open_session"], {"backend_pid": session.info.backend_pid, **settings}
            )
            found = session.execute(SQL["select_version_and_role"])
            is_pooled = _is_pooled(opened)
            self._names_portfolios = _checked_role(found) == roles.PORTFOLIO
        self._set_for_transaction = settings if is_pooled else None
        if is_pooled:
            session.prepare_threshold = None
        elif self._names_portfolios:
            session.prepare_threshold = 0  # each chunk sends the same few statements

    def _alive(self, session: Session) -> bool:
        """A frozen environment can wake up with a connection that the server has long closed."""
        if session.closed:
            return False
        if time.monotonic() - self._last_used < TRUSTED_IDLE_SECONDS:
            return True
        try:
            session.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


def _connect(url: str) -> Session:
    session = psycopg.connect(
        url,
        autocommit=True,
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        application_name="prescient",
        options="",
    )
    set_json_loads(read_json, session)
    set_json_dumps(write_json, session)
    return session


def _settings(url: str, statement_timeout: int) -> dict[str, list[str]]:
    """What every session is set to, the URL's own first, as the parameters of our statements."""
    settings = {
        **session_settings.of_url(url),
        "timezone": "UTC",
        "statement_timeout": f"{statement_timeout}s",
        "idle_in_transaction_session_timeout": f"{IDLE_TRANSACTION_TIMEOUT_SECONDS}s",
    }
    return {"names": [*settings], "values": [*settings.values()]}


def read_json(document: str | bytes) -> Any:
    """JSON with a `Decimal` for each number that has a fraction; one decoder serves all rows."""
    return _DECODER.decode(document if isinstance(document, str) else document.decode())


def write_json(document: Any) -> str:
    """JSON with a number for each `Decimal`: it has no other way to write them."""
    return json.dumps(document, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _is_pooled(opened: Cursor[TupleRow]) -> bool:
    """Whether a pooler stands between, once the session has been set up."""
    try:
        [(is_pooled, _)] = opened.fetchall()
    except (psycopg.DataError, psycopg.ProgrammingError) as error:
        raise DatabaseUnavailable(f"Postgres refuses what the URL asks for: {error}") from error
    return bool(is_pooled)


def _checked_role(found: Cursor[TupleRow]) -> str:
    """The session's role, once it has found a schema that this code runs on."""
    try:
        row = found.fetchone()
    except (errors.UndefinedTable, errors.InsufficientPrivilege):
        row = None
    version, least_code, role = row or ("", None, "")
    if version < LEAST_SCHEMA_VERSION:
        raise SchemaVersionMismatch(
            f"the database is at schema version {version or 'none'}; this code needs "
            f"{LEAST_SCHEMA_VERSION} or newer: run the migrate function"
        )
    if version > SCHEMA_VERSION and not (least_code and least_code <= SCHEMA_VERSION):
        raise SchemaVersionMismatch(
            f"the database is at schema version {version}, which serves code from "
            f"{least_code or version} on; this code was written for {SCHEMA_VERSION}: deploy newer "
            "code, or take the schema back by the code that brought it there"
        )
    return str(role)


@contextmanager
def _transaction(session: Session, begin: LiteralString, *, pipelined: bool) -> Iterator[None]:
    """A transaction that this statement begins.

    Of a pipelined one BEGIN travels with the first statement and COMMIT with the last, while
    psycopg's own waits for an answer to each. After an error the server skips what follows in the
    pipeline, so the transaction is ended when the pipeline is. Outside of one, to prepare what
    begins and ends it would be one wait more.
    """
    try:
        with session.pipeline() if pipelined else nullcontext():
            session.execute(begin, prepare=pipelined)
            yield
            session.execute("COMMIT", prepare=pipelined)
    except BaseException:
        if not session.closed:
            session.rollback()
        raise


@contextmanager
def _domain_errors() -> Iterator[None]:
    try:
        yield
    except errors.SerializationFailure as error:
        raise SerializationFailure(str(error)) from error
    except errors.DeadlockDetected as error:
        raise DeadlockDetected(str(error)) from error
    except (errors.QueryCanceled, errors.LockNotAvailable) as error:
        raise DatabaseUnavailable(f"Postgres took too long: {error}") from error
    except psycopg.OperationalError as error:
        raise reach.unreachable(error) from error
