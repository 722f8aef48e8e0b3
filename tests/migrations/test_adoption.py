"""An older database without a revision: taken over if it is schema v1's, else refused by name."""

from __future__ import annotations

from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql

from local.postgres import migrations
from prescient.core.errors import MigrationRefused
from prescient.store.database import SCHEMA_VERSION
from tests.migrations.old_database import TABLES, OldDatabase

COLUMNS = """
    SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision,
        is_nullable, column_default
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2"""
INDEXES = """
    SELECT indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"""
PRIVILEGES = """
    SELECT table_name, privilege_type FROM information_schema.table_privileges
    WHERE grantee = 'PUBLIC' AND table_schema = 'public' ORDER BY 1, 2"""
COUNTERS = """
    SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"""
DEFINED = (COLUMNS, INDEXES, PRIVILEGES, COUNTERS)


@pytest.fixture
def unversioned(old: OldDatabase) -> OldDatabase:
    """A filled database of schema v1 that nothing ever migrated."""
    old.execute("DROP TABLE alembic_version")
    old.add("portfolio_state")
    old.buy()
    return old


def _fingerprint(old: OldDatabase) -> list[dict[str, Any]]:
    """Changes with every change of a table's definition, and with every row."""
    query = """
        SELECT oid, xmin::text, relname, relowner, pg_relation_size(oid) AS size
        FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"""
    return old.rows(query)


def test_equal_tables_are_adopted_and_upgraded(unversioned: OldDatabase) -> None:
    before = unversioned.content()
    unversioned.upgrade()
    assert unversioned.row("SELECT version_num FROM alembic_version") == {
        "version_num": SCHEMA_VERSION
    }
    assert unversioned.row("SELECT current_balance FROM portfolios")["current_balance"] == 9900
    migrations.downgrade(unversioned.url, "0001")
    assert unversioned.content() == before


def test_what_is_narrower_or_additional_is_adopted_and_comes_back(
    unversioned: OldDatabase,
) -> None:
    unversioned.execute(
        "ALTER TABLE trades ALTER reason TYPE VARCHAR(500), ALTER market_id TYPE VARCHAR(80)",
        "UPDATE trades SET created_at = timestamp",
        "ALTER TABLE trades ALTER created_at SET DEFAULT now(), ALTER created_at SET NOT NULL",
        "ALTER TABLE markets ALTER liquidity TYPE NUMERIC(12, 2)",
        "ALTER TABLE portfolio_state ALTER trade_count TYPE SMALLINT",
        "CREATE INDEX by_market ON trades (market_id, timestamp DESC) WHERE status = 'open'",
        "CREATE TABLE unrelated (id INTEGER)",
        "GRANT SELECT ON trades TO PUBLIC",
        "SELECT nextval('trades_id_seq') FROM generate_series(1, 9)",
    )
    before = [unversioned.content(), *map(unversioned.rows, DEFINED)]
    unversioned.upgrade()
    migrations.downgrade(unversioned.url, "0001")
    after = [unversioned.content(), *map(unversioned.rows, DEFINED)]
    assert after == before


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        ("DROP TABLE signal_archives", "signal_archives: the table is missing"),
        ("ALTER TABLE trades DROP confidence", r"trades\.confidence: the column is missing"),
        ("ALTER TABLE trades ADD fee NUMERIC", r"trades\.fee: schema v1 has no such column"),
        ("ALTER TABLE trades ALTER id TYPE BIGINT", r"trades\.id: bigint, not integer"),
        (
            "ALTER TABLE trades ALTER amount TYPE NUMERIC(20, 4)",
            r"trades\.amount: numeric\(20,4\), not numeric\(15,2\)",
        ),
        (
            "ALTER TABLE trades ALTER timestamp TYPE TIMESTAMPTZ",
            r"trades\.timestamp: timestamp with time zone, not timestamp without time zone",
        ),
        (
            "ALTER TABLE trades ALTER action DROP NOT NULL",
            r"trades\.action: NOT NULL is missing",
        ),
        (
            "ALTER TABLE events DROP CONSTRAINT events_event_id_key",
            r"events: UNIQUE \(event_id\) is missing",
        ),
        (
            "ALTER TABLE trades ADD CHECK (amount > 0)",
            r"trades: schema v1 has no CHECK \(\(amount > \(0\)::numeric\)\)",
        ),
        ("CREATE VIEW daily AS SELECT id FROM trades", "trades: daily reads it"),
        (
            "CREATE TABLE notes (trade_id VARCHAR(255) REFERENCES trades (trade_id))",
            "trades: notes_trade_id_fkey of notes refers to it",
        ),
        (
            "CREATE TRIGGER stamp BEFORE UPDATE ON trades FOR EACH ROW "
            "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "trades: has trigger stamp",
        ),
        (
            "ALTER SEQUENCE trades_id_seq OWNED BY NONE",
            r"trades: trades_id_seq numbers it, but would stay: ALTER SEQUENCE trades_id_seq "
            r"OWNED BY trades\.id first",
        ),
        ("ALTER TABLE trades ENABLE ROW LEVEL SECURITY", "trades: has row-level security"),
        ("CREATE TABLE cash_ledger (id INTEGER)", "cash_ledger: a later schema has this name"),
    ],
)
def test_anything_else_is_refused_by_name_and_untouched(
    unversioned: OldDatabase, statement: LiteralString, difference: str
) -> None:
    unversioned.execute(statement)
    before = _fingerprint(unversioned)
    with pytest.raises(MigrationRefused, match=difference):
        migrations.upgrade(unversioned.url)
    assert _fingerprint(unversioned) == before


def test_portfolios_that_the_script_did_not_make_are_refused(unversioned: OldDatabase) -> None:
    unversioned.execute(
        "CREATE TABLE portfolios (id TEXT PRIMARY KEY)",
        "ALTER TABLE trades ADD portfolio_id INTEGER",
    )
    with pytest.raises(
        MigrationRefused, match="portfolios: a later schema has this name"
    ) as refused:
        migrations.upgrade(unversioned.url)
    assert "trades.portfolio_id: schema v1 has no such column" in str(refused.value)


def test_an_empty_database_is_a_fresh_install(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("SELECT count(*) FROM portfolios").fetchone() == (0,)


def test_a_database_of_another_system_is_refused(empty_database_url: str) -> None:
    stranger = OldDatabase(empty_database_url)
    stranger.execute("CREATE TABLE invoices (id INTEGER)")
    before = _fingerprint(stranger)
    with pytest.raises(MigrationRefused, match=r"none of schema v1 \(invoices\)"):
        migrations.upgrade(empty_database_url)
    assert _fingerprint(stranger) == before


def test_a_server_that_is_too_old_is_named(
    unversioned: OldDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psycopg.ConnectionInfo, "server_version", 140011)
    with pytest.raises(MigrationRefused, match="the server is Postgres 14: this needs 15 or newer"):
        migrations.upgrade(unversioned.url)


def test_a_revision_of_another_program_is_refused(old: OldDatabase) -> None:
    old.execute("UPDATE alembic_version SET version_num = 'ae1027a6acf'")
    with pytest.raises(MigrationRefused, match="'ae1027a6acf', which this code does not know"):
        migrations.upgrade(old.url)


def test_a_revision_without_its_tables_is_refused(old: OldDatabase) -> None:
    for table in TABLES:
        old.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(table)))
    with pytest.raises(MigrationRefused, match="revision 0001, but has no table of it"):
        migrations.upgrade(old.url)
