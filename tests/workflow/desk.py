"""Four momentum portfolios, as on a recording, and the questions of the workflow tests."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, LiteralString, Self

import psycopg
from psycopg.rows import dict_row

from local.aws.stack import Stack
from local.aws.state_machine import Execution
from local.demo.portfolio_sets import FOUR_MOMENTUM
from local.demo.portfolios import INITIAL_BALANCE
from local.exchange.simulated import SimulatedVenue
from prescient.core.portfolio.portfolios import Limits, NewPortfolio
from prescient.store import portfolios
from prescient.store.database import Database


class Desk:
    """Runs cycles, moves the exchange's clock, and reads the database as an observer."""

    def __init__(self, database_url: str, stack: Stack, venue: SimulatedVenue) -> None:
        self.stack = stack
        self._venue = venue
        self._connection = psycopg.connect(database_url, autocommit=True, row_factory=dict_row)
        self._create_portfolios(database_url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def run_cycle(self) -> Execution:
        return self.stack.run_cycle(self._venue.now())

    def pass_time(self, **span: float) -> None:
        self._venue.advance_to(self._venue.now() + timedelta(**span))

    def update_prices(self) -> dict[str, int]:
        return self.stack.update_prices(self._venue.now())

    def reconciles(self) -> bool:
        found = self.stack.invoke("MaintenanceFunction", {})
        assert (found["reconciled"], found["breaks"]) == (True, [])
        return True

    def rows(self, query: LiteralString, *values: object) -> list[dict[str, Any]]:
        return self._connection.execute(query, values).fetchall()

    def row(self, query: LiteralString, *values: object) -> dict[str, Any]:
        (found,) = self.rows(query, *values)
        return found

    def results(self, cycle_id: int) -> dict[int, dict[str, Any]]:
        """What the cycle did, by portfolio id."""
        query = "SELECT * FROM cycle_portfolios WHERE cycle_id = %s"
        return {row["portfolio_id"]: row for row in self.rows(query, cycle_id)}

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All rows of all tables."""
        tables = self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {
            name: self._connection.execute(
                psycopg.sql.SQL("SELECT * FROM {} ORDER BY 1, 2").format(
                    psycopg.sql.Identifier(name)
                )
            ).fetchall()
            for name in (row["tablename"] for row in tables)
            if name != "alembic_version"
        }

    def _create_portfolios(self, database_url: str) -> None:
        database = Database(database_url)
        with database.transaction() as session:
            for wanted in FOUR_MOMENTUM:
                portfolio = NewPortfolio(
                    name=wanted["name"],
                    description=wanted["description"],
                    strategy_type="momentum",
                    initial_balance=Decimal(INITIAL_BALANCE),
                    strategy_config=wanted["strategy_config"],
                    limits=_limits(**wanted),
                )
                portfolios.create(session, portfolio, self._venue.now())
        database.close()


def _limits(
    max_position_size: int | None = None,
    max_total_exposure: int | None = None,
    max_positions: int = 20,
    **_: object,
) -> Limits:
    def dollars(amount: int | None) -> Decimal | None:
        return None if amount is None else Decimal(amount)

    return Limits(dollars(max_position_size), dollars(max_total_exposure), max_positions)
