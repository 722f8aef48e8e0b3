"""The connection of an execution environment: whose it is, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString

import psycopg
import pytest
from psycopg import DataError, sql

from benchmarks.round_trips import counting
from prescient.core.errors import DatabaseUnavailable, DeadlockDetected, SerializationFailure
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.runtime.login import as_user
from prescient.store import portfolios, roles
from prescient.store.database import Database, PortfolioNotNamed


@pytest.fixture(params=["as itself", "by the password of another"])
def of_portfolio(database_url: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param != "as itself":
        database_url = database_url.replace("postgres@", "postgres:secret@")
    database = Database(as_user(database_url, roles.PORTFOLIO))
    yield database
    database.close()


def test_a_transaction_of_the_portfolio_role_names_its_portfolio(of_portfolio: Database) -> None:
    with pytest.raises(PortfolioNotNamed), of_portfolio.transaction():
        pass
    with pytest.raises(PortfolioNotNamed), of_portfolio.snapshot():
        pass
    with pytest.raises(PortfolioNotNamed), of_portfolio.reading():
        pass


def test_the_name_ends_with_its_transaction(of_portfolio: Database) -> None:
    with of_portfolio.transaction(PortfolioId(7)) as session:
        assert session.execute("SHOW prescient.portfolio_id").fetchone() == ("7",)
        assert session.execute("SELECT current_user").fetchone() == (roles.PORTFOLIO,)
    assert session.execute("SHOW prescient.portfolio_id").fetchone() == ("",)


REFUSED = ("SELECT 1 / 0", "INSERT INTO total_drawdown (id) VALUES (2)")


@pytest.mark.parametrize("then", [*REFUSED, ""])
def test_a_pipeline_that_breaks_leaves_nothing_and_a_connection_of_use(
    database_url: str, then: LiteralString
) -> None:
    """The server skips the COMMIT that has been sent after the statement that it refuses."""
    database = Database(as_user(database_url, roles.APP))

    def write(then: LiteralString | None) -> None:
        with database.transaction(pipelined=True) as session:
            session.execute("INSERT INTO total_drawdown VALUES (1, 0, 0, now())")
            if then == "":
                raise LookupError
            if then is not None:
                session.execute(then)

    with pytest.raises((psycopg.Error, LookupError)):
        write(then)
    write(None)  # it would be a second row with this key
    with database.transaction() as session:
        assert session.execute("SELECT count(*) FROM total_drawdown").fetchone() == (1,)
    database.close()


def test_reads_wait_once(database_url: str) -> None:
    """A statement by itself; and of a snapshot, what is fetched after it."""
    database = Database(as_user(database_url, roles.APP))
    with database.reading() as session:
        pass
    with counting(session) as of_statement, database.reading() as session:
        assert session.execute("SHOW transaction_isolation").fetchone() == ("read committed",)
    with counting(session) as of_snapshot, database.snapshot(pipelined=True) as session:
        first = session.execute("SHOW transaction_isolation")
        second = session.execute("SHOW transaction_read_only")
    assert (first.fetchone(), second.fetchone()) == (("repeatable read",), ("on",))
    assert (of_statement.count, of_statement.statements) == (1, 1)
    assert (of_snapshot.count, of_snapshot.statements) == (1, 4)
    database.close()


def test_a_read_that_is_refused_leaves_a_connection_of_use(database_url: str) -> None:
    database = Database(as_user(database_url, roles.APP))
    for pipelined in (False, True):
        with pytest.raises(psycopg.Error), database.snapshot(pipelined=pipelined) as session:
            session.execute("INSERT INTO total_drawdown VALUES (1, 0, 0, now())")
    with pytest.raises(DataError), database.reading() as session:
        session.execute("SELECT 1 / 0")
    with database.reading() as session:
        assert session.execute("SELECT count(*) FROM total_drawdown").fetchone() == (0,)
    database.close()


def test_the_other_roles_need_no_name(database_url: str) -> None:
    database = Database(as_user(database_url, roles.APP))
    with database.transaction() as session:
        assert portfolios.list_by_status(session, [PortfolioStatus.ACTIVE]) == []
    database.close()


def test_every_connection_asks_for_its_url(database_url: str) -> None:
    """A token does not outlive its quarter of an hour; a connection that is open needs none."""
    asked = []

    def url() -> str:
        asked.append(database_url)
        return database_url

    database = Database(url)
    for _ in range(2):
        for _ in range(2):
            with database.transaction():
                pass
        database.close()
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("code", "error"), [("40001", SerializationFailure), ("40P01", DeadlockDetected)]
)
def test_a_transaction_to_run_again_fails_by_a_name_that_is_retried(
    database_url: str, code: str, error: type[Exception]
) -> None:
    database = Database(database_url)
    raised = sql.SQL("DO $$ BEGIN RAISE SQLSTATE {}; END $$").format(sql.Literal(code))
    with pytest.raises(error), database.transaction() as session:
        session.execute(raised)
    database.close()


def test_a_statement_that_takes_too_long_is_ended(database_url: str) -> None:
    database = Database(database_url, statement_timeout=1)
    with (
        pytest.raises(DatabaseUnavailable, match="took too long"),
        database.transaction() as session,
    ):
        session.execute("SELECT pg_sleep(60)")
    database.close()
