"""What a connection through PgBouncer is set to, and for how long."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from prescient.core.errors import DatabaseUnavailable, MigrationRefused
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.runtime.login import as_user
from prescient.store import roles
from prescient.store.database import Database
from prescient.usecases.migration import migrate
from prescient.usecases.support.migrating import MigrateRequest

ELSEWHERE = sql.SQL("ALTER DATABASE {} SET timezone = 'Pacific/Auckland'")
AS_SET = (roles.APP, "UTC", "7s", "30s")
SETTINGS = """
    SELECT
        current_user, current_setting('timezone'), current_setting('statement_timeout'),
        current_setting('idle_in_transaction_session_timeout')"""


@pytest.fixture
def app(pooled_url: str, database_url: str) -> Iterator[Database]:
    """A function's connection through a pooler to a server with another time zone."""
    with psycopg.connect(database_url) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(ELSEWHERE.format(name))
    database = Database(as_user(pooled_url, roles.APP), statement_timeout=7)
    yield database
    database.close()


def test_every_transaction_is_set_as_a_session_would_be(app: Database) -> None:
    for _ in range(10):
        with app.transaction() as session:
            assert session.execute(SETTINGS).fetchone() == AS_SET
        with app.transaction(PortfolioId(7)) as session:
            assert session.execute(SETTINGS).fetchone() == AS_SET
            assert session.execute("SHOW prescient.portfolio_id").fetchone() == ("7",)
        with app.reading() as session:
            assert session.execute(SETTINGS).fetchone() == AS_SET
        with app.snapshot() as session:
            assert session.execute("SHOW transaction_isolation").fetchone() == ("repeatable read",)
            assert session.execute("SHOW transaction_read_only").fetchone() == ("on",)
            assert session.execute(SETTINGS).fetchone() == AS_SET


def test_nothing_stays_with_a_server(app: Database, pooled_url: str) -> None:
    for _ in range(10):
        with app.transaction(PortfolioId(7)) as session:
            session.execute("SELECT 1")
    assert session.prepare_threshold is None
    with psycopg.connect(as_user(pooled_url, roles.APP), autocommit=True) as other:
        for _ in range(4):
            assert other.execute("SHOW timezone").fetchone() == ("Pacific/Auckland",)
            assert other.execute("SHOW statement_timeout").fetchone() == ("0",)
            assert other.execute("SELECT name FROM pg_prepared_statements").fetchall() == []


def test_a_statement_that_takes_too_long_is_ended(pooled_url: str) -> None:
    database = Database(as_user(pooled_url, roles.APP), statement_timeout=1)
    with (
        pytest.raises(DatabaseUnavailable, match="took too long"),
        database.transaction() as session,
    ):
        session.execute("SELECT pg_sleep(60)")
    database.close()


def test_a_migration_refuses_a_pooler_by_name(pooled_url: str) -> None:
    with pytest.raises(MigrationRefused, match="pooler"):
        migrate(pooled_url, MigrateRequest())
