"""A database of schema v1 that a test fills, row by row, with what it is about."""

from __future__ import annotations

import itertools
from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from prescient.usecases.migration import migrate
from prescient.usecases.support.migrating import MigrateRequest

DAY = "2026-01-05 12:00:00"
Rows = list[tuple[str, dict[str, Any]]]

_TRADED = {
    "market_id": "m1",
    "market_question": "Will it?",
    "action": "buy_yes",
    "amount": "100.00",
    "entry_price": "0.775",
}
_DEFAULTS: dict[str, dict[str, Any]] = {
    "portfolio_state": {
        "balance": "9900.00",
        "total_invested": "100.00",
        "total_profit_loss": "0.00",
        "trade_count": 1,
        "created_at": "2026-01-01 09:00:00",
        "last_updated": "2026-01-31 09:00:00",
    },
    "trades": {**_TRADED, "timestamp": DAY, "confidence": "0.80", "status": "open"},
    "portfolio_positions": {**_TRADED, "entry_timestamp": DAY, "status": "open"},
    "trading_signals": {
        "timestamp": DAY,
        "market_id": "m1",
        "market_question": "Will it?",
        "action": "buy_yes",
        "target_price": "0.775",
        "amount": "100.00",
        "confidence": "0.80",
        "yes_price": "0.775",
        "no_price": "0.225",
    },
    "portfolio_history": {
        "snapshot_date": "2026-01-05",
        "timestamp": DAY,
        "balance": "9900.00",
        "total_invested": "100.00",
        "total_profit_loss": "0.00",
        "total_value": "9900.00",
        "open_positions": 1,
        "trade_count": 1,
    },
    "portfolio_snapshots": {
        "balance": "9900.00",
        "total_invested": "100.00",
        "total_profit_loss": "0.00",
        "trade_count": 1,
    },
    "signal_archives": {
        "archived_at": DAY,
        "archive_month": "2025-12",
        "signals_count": 0,
        "signals_data": "[]",
    },
    "system_metadata": {"key": "version", "value": "1", "updated_at": DAY},
    "events": {"event_id": "e1"},
    "markets": {
        "market_id": "m1",
        "question": "Will it?",
        "yes_price": "0.90",
        "no_price": "0.10",
        "updated_at": DAY,
    },
    "market_snapshots": {
        "market_id": "m1",
        "timestamp": DAY,
        "yes_price": "0.90",
        "no_price": "0.10",
    },
}
TABLES = tuple(_DEFAULTS)


class OldDatabase:
    """`add` writes a row over its table's defaults; values may be strings in Postgres's syntax."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._trade_numbers = itertools.count(1)

    def add(self, table: str, **values: Any) -> None:
        self.add_all([(table, _DEFAULTS[table] | values)])

    def add_all(self, rows: Rows) -> None:
        """Rows as they are, without defaults, in this order."""
        with psycopg.connect(self.url) as connection:
            for table, row in rows:
                query = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                    sql.Identifier(table),
                    sql.SQL(", ").join(map(sql.Identifier, row)),
                    sql.SQL(", ").join([sql.Placeholder()] * len(row)),
                )
                connection.execute(query, list(row.values()))

    def buy(self, **values: Any) -> str:
        """A trade and its position, alike; returns their trade id."""
        trade_id = values.pop("trade_id", None) or f"t{next(self._trade_numbers)}"
        of_trade = {"confidence", "reason", "event_id", "event_title", "event_end_date"}
        of_position = {"exit_price", "exit_timestamp"}
        self.add(
            "trades",
            trade_id=trade_id,
            **{name: value for name, value in values.items() if name not in of_position},
        )
        self.add(
            "portfolio_positions",
            trade_id=trade_id,
            **{name: value for name, value in values.items() if name not in of_trade},
        )
        return cast(str, trade_id)

    def upgrade(
        self, time_zone: str | None = None, server_time_zone: str | None = None
    ) -> dict[str, Any]:
        """Brings it to the present; returns the report of what became of schema v1."""
        request = MigrateRequest(time_zone=time_zone, server_time_zone=server_time_zone)
        done = migrate(self.url, request)
        assert done.report is not None
        return done.report

    def execute(self, *statements: LiteralString | sql.Composed) -> None:
        """Whatever else an owner may have done to it."""
        with psycopg.connect(self.url) as connection:
            for statement in statements:
                connection.execute(statement)

    def moved(self, table: str) -> list[tuple[str, str]]:
        """The rows of a table that went to legacy_rows: (id, reason)."""
        query = "SELECT id, reason FROM legacy_rows WHERE table_name = %s ORDER BY id"
        return [(row["id"], row["reason"]) for row in self.rows(query, table)]

    def kept(self, table: str) -> dict[str, dict[str, Any]]:
        """The values that a table's rows do not give back, by id."""
        query = "SELECT id, old FROM legacy_values WHERE table_name = %s"
        return {row["id"]: row["old"] for row in self.rows(query, table)}

    def rows(self, query: LiteralString, *values: Any) -> list[dict[str, Any]]:
        """What a query answers on the database, of whatever schema it is now."""
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(query, values).fetchall()

    def row(self, query: LiteralString, *values: Any) -> dict[str, Any]:
        (found,) = self.rows(query, *values)
        return found

    def content(self) -> dict[str, list[str]]:
        """Every row of every table, as Postgres writes it, but not the revision."""
        query = """
            SELECT tablename FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"""
        with psycopg.connect(self.url) as connection:
            names = [name for (name,) in connection.execute(query)]
            return {name: _texts(connection, name) for name in names}


class Returning(OldDatabase):
    """Remembers what it held before its upgrade."""

    before: dict[str, list[str]]

    def upgrade(
        self, time_zone: str | None = None, server_time_zone: str | None = None
    ) -> dict[str, Any]:
        self.before = self.content()
        return super().upgrade(time_zone, server_time_zone)


def _texts(connection: psycopg.Connection[Any], table: str) -> list[str]:
    name = sql.Identifier(table)
    query = sql.SQL("SELECT {}::text FROM {} ORDER BY 1").format(name, name)
    return [row[0] for row in connection.execute(query)]
