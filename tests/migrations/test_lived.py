"""An old database that has lived: its money is right, its owner keeps what is his, it trades on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql

from local.postgres import migrations
from local.postgres.server import Postgres
from prescient.core.errors import MigrationRefused
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.runtime.login import as_user
from prescient.store import revisions
from tests.builders import event
from tests.migrations.definitions import old_definitions
from tests.migrations.lived import CAPITAL, Life
from tests.migrations.old_database import TABLES, OldDatabase
from tests.migrations.statements import before_each
from tests.world import World, several

HABITS: LiteralString = Path(__file__).with_name("owners_habits.sql").read_text("utf-8")
POSITIONS = """
    SELECT trade_id, position.status, corrected_pnl
    FROM migration_differences JOIN portfolio_positions AS position USING (id)
    WHERE table_name = 'portfolio_positions'
    UNION ALL
    SELECT trade_id, position.status, 0 FROM portfolio_positions AS position
    WHERE id NOT IN (
        SELECT id FROM migration_differences WHERE table_name = 'portfolio_positions'
    )"""
LAST_STEP = "ALTER TABLE signal_archives ADD COLUMN IF NOT EXISTS"


@pytest.fixture
def roles(postgres_server: Postgres) -> Iterator[tuple[str, str]]:
    """The role that owns the old tables, and that of a dashboard which reads them."""
    names = (f"trader_{uuid.uuid4().hex}", f"dashboard_{uuid.uuid4().hex}")
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        for name in names:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        yield names
        for name in names:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


@pytest.fixture
def owned(roles: tuple[str, str], old: OldDatabase, lived: Life) -> OldDatabase:
    """The same, without a revision, of a role that is no superuser, with its owner's habits."""
    assert len(lived.open) >= 100
    trader, dashboard = map(sql.Identifier, roles)
    old.execute("DROP TABLE alembic_version", "ALTER SCHEMA public OWNER TO pg_database_owner")
    old.execute(
        "REVOKE ALL ON SCHEMA public FROM prescient_owner, prescient_app, prescient_portfolio"
    )
    old.execute(sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(trader), HABITS)
    for name in (*TABLES, "owner_notes", "loud_notes"):
        table = sql.Identifier(name)
        old.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(table, trader))
    old.execute(
        sql.SQL("GRANT SELECT ON portfolio_positions, portfolio_history TO {}").format(dashboard),
        sql.SQL("GRANT SELECT (trade_id, amount, current_pnl) ON trades TO {}").format(dashboard),
        sql.SQL("GRANT INSERT ON trading_signals TO {} WITH GRANT OPTION").format(dashboard),
        sql.SQL("GRANT USAGE ON SEQUENCE trades_id_seq TO {}").format(dashboard),
        sql.SQL("REVOKE TRUNCATE ON events FROM {}").format(trader),
    )
    return old


def _as(old: OldDatabase, role: str, query: LiteralString) -> list[tuple[Any, ...]]:
    with psycopg.connect(as_user(old.url, role)) as connection:
        return connection.execute(query).fetchall()


def test_rows_definitions_owners_and_grants_come_back(
    owned: OldDatabase, roles: tuple[str, str]
) -> None:
    trader, dashboard = roles
    before = owned.content(), old_definitions(owned.url)
    report = owned.upgrade("Europe/Berlin")
    # meanwhile
    may_write = {"table_name": "trading_signals", "column_name": None, "privileges": "INSERT"}
    assert report["writers"] == [{"grantee": dashboard, **may_write}]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _as(owned, dashboard, "INSERT INTO trading_signals DEFAULT VALUES RETURNING 1")
    assert _as(owned, trader, "SELECT * FROM owner_notes") == [("mine",)]
    assert len(_as(owned, trader, "SELECT * FROM portfolio_positions")) >= 100
    assert len(_as(owned, trader, "SELECT current_balance FROM portfolios")) == 1
    assert len(_as(owned, dashboard, "SELECT * FROM portfolio_positions")) >= 100
    assert len(_as(owned, dashboard, "SELECT trade_id, amount FROM trades")) >= 100
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _as(owned, dashboard, "SELECT reason FROM trades")
    assert _as(owned, "prescient_portfolio", "SELECT * FROM portfolio_positions") == []
    comments = owned.row("SELECT obj_description('trades'::regclass) AS told")
    assert comments == {"told": "what the bot bought, it's all here"}
    # and back
    migrations.downgrade(owned.url, "0001")
    assert (owned.content(), old_definitions(owned.url)) == before
    with psycopg.connect(as_user(owned.url, trader)) as connection:
        connection.execute("ALTER TABLE trades ADD COLUMN mine INTEGER")


def test_its_money_is_right_and_it_trades_on(old: OldDatabase, lived: Life) -> None:
    report = old.upgrade(lived.application)
    clocks = report["clocks"]
    assert (report["time_zone"], report["server_time_zone"]) == ("Europe/Berlin", "Etc/UTC")
    assert clocks["seconds_apart"] < 1
    found = {row["trade_id"]: Fraction(row["corrected_pnl"]) for row in old.rows(POSITIONS)}
    assert found == {position.trade_id: position.corrected_pnl for position in lived.positions}
    (portfolio,) = report["portfolios"]
    money, new = portfolio["money"], portfolio["new"]
    assert (new["initial_balance"], money["initial_balance_from"]) == (CAPITAL, "the state")
    assert (
        Fraction(money["uncredited_proceeds"]) == lived.proceeds == -Fraction(money["adjustment"])
    )
    assert money["unexplained"] == 0
    assert Fraction(new["total_profit_loss"]) == sum(found.values())
    assert new["max_positions"] == 2 * len(lived.open)
    assert report["tables"]["market_snapshots"]["kept_in_legacy_values"] == 0
    assert any("reconcile" in claim for claim in report["verified"])
    _trade_for_a_week(old)
    with pytest.raises(MigrationRefused, match="7 cycles have run") as refused:
        migrations.downgrade(old.url, "0001")
    with psycopg.connect(old.url) as session:
        told_soon = revisions.refusal_of_downgrade(session, soon=True)
    assert told_soon is not None
    assert "movements of cash were booked" in told_soon
    assert told_soon in str(refused.value)


def _trade_for_a_week(old: OldDatabase) -> None:
    old.execute("UPDATE portfolios SET current_balance = current_balance")
    with World(old.url) as world:
        world.exchange.events = [event(*several(4))]
        before = world.state(PortfolioId(1)).trade_count
        assert world.breaks() == []
        for _ in range(7):
            world.run_cycle()
            world.update_prices()
            assert world.breaks() == []
            world.clock.pass_time(hours=24)
        assert world.state(PortfolioId(1)).trade_count > before


def test_books_that_would_not_reconcile_undo_the_upgrade(old: OldDatabase, lived: Life) -> None:
    held = lived.open[5].market.market_id
    before = old.content()

    def tamper(connection: Any, statement: str) -> None:
        if LAST_STEP in statement:
            connection.exec_driver_sql(
                f"UPDATE market_prices SET mark = mark / 2 WHERE market_id = '{held}'"
            )

    with before_each(tamper), pytest.raises(MigrationRefused, match=f"reconcile .*{held}"):
        old.upgrade(lived.application)
    assert old.content() == before


def test_proceeds_that_were_never_credited_are_named(old: OldDatabase) -> None:
    """10,000; three buys of 100; one, bought at 0.50, closed at 0.90: 200 shares brought 180."""
    old.add("portfolio_state", balance="9700.00", total_invested="300.00", trade_count=3)
    old.buy(
        entry_price="0.50", status="closed", exit_price="0.90", exit_timestamp="2026-01-06 12:00"
    )
    old.buy(market_id="m2")
    old.buy(market_id="m3")
    (portfolio,) = old.upgrade()["portfolios"]
    told = {
        "initial_balance": 10000, "adjustment": -180, "uncredited_proceeds": 180, "unexplained": 0,
        "bought": 300, "proceeds": 180, "balance": 9700,
    }  # fmt: skip
    assert {name: portfolio["money"][name] for name in told} == told
    entries = old.rows("SELECT kind, amount, balance_after FROM cash_ledger ORDER BY entry_no")
    assert [tuple(entry.values()) for entry in entries] == [
        ("buy", -100, 9900), ("buy", -100, 9800), ("buy", -100, 9700), ("sell", 180, 9880),
        ("adjustment", -180, 9700),
    ]  # fmt: skip


@pytest.mark.parametrize(("server", "flagged"), [(None, 0), ("UTC", 0), ("Europe/Berlin", 1)])
def test_two_clocks_are_told_apart(old: OldDatabase, server: str | None, flagged: int) -> None:
    """Bought at 10:00 by the application's clock in Berlin, sold five minutes later by UTC."""
    old.add("portfolio_state")
    old.buy(status="closed", exit_price="0.9", exit_timestamp="2026-01-05 09:05")
    old.execute(
        "UPDATE trades SET timestamp = '2026-01-05 10:00', created_at = '2026-01-05 09:00'",
        "UPDATE portfolio_positions SET entry_timestamp = '2026-01-05 10:00'",
    )
    before = old.content()
    report = old.upgrade("Europe/Berlin", server)
    assert report["flags"]["sales_before_their_purchase"] == flagged
    assert report["clocks"]["server_is_given"] == (server is not None)
    times = "SELECT entry_timestamp AT TIME ZONE 'UTC' AS bought FROM portfolio_positions"
    assert f"{old.row(times)['bought']:%H:%M}" == "09:00"
    migrations.downgrade(old.url, "0001")
    assert old.content() == before
