"""What the database itself promises of every table that belongs to portfolios."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import Connection, errors, sql

from prescient.store import roles
from tests.isolation.two_portfolios import TwoPortfolios, trade

LOG = "portfolio_rebalancing_log"
UNREAD = {"portfolio_configurations", "portfolio_performance_cache"}
OWNED = (
    "cash_ledger", "cycle_portfolios", "portfolio_configurations", "portfolio_equity",
    "portfolio_history",
    "portfolio_performance_cache", "portfolio_positions", "portfolio_status_changes", "portfolios",
    "position_exits", "trades", "trading_signals",
)  # fmt: skip
VIEWS = ("portfolio_overview", "portfolio_valuations", "position_valuations")
HOLDS_PORTFOLIO = """
    SELECT relname, relrowsecurity FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = pg_class.oid AND attname = ANY ('{portfolio_id,from_portfolio_id}')
    )"""
POINTERS = """
    SELECT conrelid::regclass::text, conname,
        ARRAY(
            SELECT attname::text FROM pg_attribute
            WHERE attrelid = conrelid AND attnum = ANY (conkey)
        )
    FROM pg_constraint
    WHERE contype = 'f' AND confrelid = ANY (%s::regclass[]) AND conrelid = ANY (%s::regclass[])"""


@pytest.fixture(scope="module")
def two(shared_database_url: str) -> tuple[str, TwoPortfolios]:
    return shared_database_url, trade(shared_database_url)


@contextmanager
def _acting(url: str, role: str) -> Iterator[Connection[Any]]:
    """A session of the role, whose changes are undone."""
    with (
        psycopg.connect(url, autocommit=True) as connection,
        connection.transaction(force_rollback=True),
    ):
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
        yield connection


def test_every_table_of_portfolios_is_protected(two: tuple[str, TwoPortfolios]) -> None:
    with psycopg.connect(two[0]) as connection:
        tables: dict[str, bool] = dict(connection.execute(HOLDS_PORTFOLIO).fetchall())
        policies = connection.execute("SELECT tablename, policyname FROM pg_policies").fetchall()
    assert tables == dict.fromkeys((*OWNED, LOG), True)
    expected = {(table, "every_portfolio") for table in tables}
    assert set(policies) == expected | {(table, "named_portfolio") for table in OWNED}


@pytest.mark.parametrize("table", sorted({*OWNED, *VIEWS} - UNREAD))
def test_only_the_named_portfolio_is_visible(two: tuple[str, TwoPortfolios], table: str) -> None:
    url, portfolios = two
    query = sql.SQL("SELECT DISTINCT portfolio_id FROM {}").format(sql.Identifier(table))
    with _acting(url, roles.APP) as connection:
        unrestricted = {portfolio_id for (portfolio_id,) in connection.execute(query)}
    assert unrestricted == {portfolios.mine, portfolios.theirs}
    visible = {
        "": set(),
        "1000": set(),
        str(portfolios.mine): {portfolios.mine},
        f"1000,{portfolios.mine}": {portfolios.mine},
        f"{portfolios.mine},{portfolios.theirs}": unrestricted,
    }
    with _acting(url, roles.PORTFOLIO) as connection:
        for named, expected in visible.items():
            connection.execute("SELECT set_config('prescient.portfolio_id', %s, true)", [named])
            found = {portfolio_id for (portfolio_id,) in connection.execute(query)}
            assert found == expected, named


@pytest.mark.parametrize("table", sorted({*UNREAD, LOG}))
def test_what_no_step_of_a_portfolio_reads_it_may_not_read(
    two: tuple[str, TwoPortfolios], table: str
) -> None:
    query = sql.SQL("SELECT FROM {}").format(sql.Identifier(table))
    with (
        _acting(two[0], roles.PORTFOLIO) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(query)


THEFTS: tuple[LiteralString, ...] = (
    "DELETE FROM {table}",
    "UPDATE {table} SET {owner} = %(theirs)s",
    "TRUNCATE {table}",
)


@pytest.mark.parametrize("table", [*OWNED, LOG])
def test_no_row_is_taken_away_or_given_to_another(
    two: tuple[str, TwoPortfolios], table: str
) -> None:
    url, portfolios = two
    column = "from_portfolio_id" if table == LOG else "portfolio_id"
    names = {"table": sql.Identifier(table), "owner": sql.Identifier(column)}
    for statement in THEFTS:
        query = sql.SQL(statement).format(**names)
        with _acting(url, roles.PORTFOLIO) as connection:
            connection.execute(
                "SELECT set_config('prescient.portfolio_id', %s, true)", [str(portfolios.mine)]
            )
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(query, {"theirs": portfolios.theirs})


POINT: dict[str, LiteralString] = {
    "a position to another's trade": """
        UPDATE portfolio_positions SET trade_id = (
            SELECT min(trade_id) FROM trades WHERE portfolio_id = %(theirs)s
        ) WHERE portfolio_id = %(mine)s AND status = 'open'""",
    "a position into another portfolio": """
        UPDATE portfolio_positions SET portfolio_id = %(theirs)s, market_id = 'm9'
        WHERE portfolio_id = %(mine)s AND status = 'open'""",
    "a trade into another portfolio": """
        UPDATE trades SET portfolio_id = %(theirs)s WHERE portfolio_id = %(mine)s""",
    "an exit to another's position": """
        INSERT INTO position_exits (
            portfolio_id, position_id, kind, shares, price, proceeds, fee, cost_basis,
            realized_pnl, source, timestamp
        )
        SELECT
            %(mine)s, position_id, kind, shares, price, proceeds, fee, cost_basis, realized_pnl,
            'other', timestamp
        FROM position_exits WHERE portfolio_id = %(theirs)s""",
    "a signal to another's trade": """
        UPDATE trading_signals SET trade_id = (
            SELECT min(trade_id) FROM trades WHERE portfolio_id = %(theirs)s
        ) WHERE portfolio_id = %(mine)s AND cycle_id = %(running)s""",
    "a signal into a cycle without its portfolio": """
        UPDATE trading_signals SET cycle_id = %(opened)s
        WHERE portfolio_id = %(mine)s AND cycle_id = %(running)s""",
    "a ledger entry of no portfolio": """
        INSERT INTO cash_ledger (
            portfolio_id, entry_no, kind, amount, balance_after, source, timestamp
        ) VALUES (%(absent)s, 1, 'deposit', 1, 1, 'x', now())""",
    "an equity point of no portfolio": """
        INSERT INTO portfolio_equity VALUES (%(absent)s, now(), 1, 1, 1, 1, 1, 1)""",
}


@pytest.mark.parametrize("role", [roles.APP, roles.OWNER])
@pytest.mark.parametrize("statement", POINT.values(), ids=POINT)
def test_no_row_points_into_another_portfolio(
    two: tuple[str, TwoPortfolios], role: str, statement: LiteralString
) -> None:
    url, portfolios = two
    values = {
        "mine": portfolios.mine,
        "theirs": portfolios.theirs,
        "running": portfolios.running,
        "opened": portfolios.opened,
        "absent": 1_000_000,
    }
    with _acting(url, role) as connection, pytest.raises(errors.ForeignKeyViolation):
        connection.execute(statement, values)


def test_every_pointer_between_rows_of_portfolios_names_the_portfolio(
    two: tuple[str, TwoPortfolios],
) -> None:
    """A foreign key of a new table cannot forget it."""
    with psycopg.connect(two[0]) as connection:
        found = connection.execute(POINTERS, [list(OWNED), list(OWNED)]).fetchall()
    assert len(found) > len(OWNED)
    for table, name, columns in found:
        assert "portfolio_id" in columns, (table, name)
