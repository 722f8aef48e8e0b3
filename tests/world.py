"""The steps against a real Postgres, with an exchange that shows what a test puts there.

Each step logs in as its role.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import chain
from typing import Any, Protocol, Self

import psycopg
from psycopg.rows import dict_row

from prescient.core.market.listed import Market
from prescient.core.market.markets import MarketId, Quote
from prescient.core.portfolio.closing import HandOrder
from prescient.core.portfolio.guards import NO_GUARD, Guard
from prescient.core.portfolio.portfolios import GlobalLimits, Limits, NewPortfolio, PortfolioId
from prescient.runtime.login import as_user
from prescient.store import portfolios, roles
from prescient.store.database import Database
from prescient.usecases import cycle, execute, maintenance, price_update, signal, snapshot
from prescient.usecases import filter as filter_step
from prescient.usecases.support import chunks
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.portfolio_step import PortfolioStepRequest
from tests.builders import market
from tests.stand_in_exchange import Clock, StandInExchange

D = Decimal
EMPTY = """
DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;  -- the order of foreign keys is of no interest
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        IF name <> 'alembic_version' THEN EXECUTE format('DELETE FROM %I', name); END IF;
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
        PERFORM setval(name::regclass, 1, false);
    END LOOP;
    INSERT INTO capital_in_use DEFAULT VALUES;
END $$
"""


class StepModule(Protocol):
    """`signal`, `execute` or `snapshot`."""

    def run_chunk(
        self, request: chunks.ChunkRequest, context: StepContext
    ) -> chunks.ChunkResult: ...


class World:
    """A database, an exchange, a clock, and the steps on them."""

    def __init__(self, database_url: str, shared_limits: GlobalLimits | None = None) -> None:
        self.clock = Clock()
        self.exchange = StandInExchange(self.clock)
        self.database_url = database_url
        self.context = StepContext(
            database=Database(as_user(database_url, roles.APP)),
            connect=lambda: self.exchange,
            now=self.clock,
            shared_limits=shared_limits or GlobalLimits(),
            max_quote_age=timedelta(seconds=600),
            max_concurrency=10,
        )
        database = Database(as_user(database_url, roles.PORTFOLIO))
        self.portfolio_context = replace(self.context, database=database)
        self._cycles = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.disconnect()

    def hand_order(self, **changes: Any) -> HandOrder:
        """An order of a user to end positions now."""
        made = HandOrder(
            ordered_by="someone", now=self.clock.now, max_quote_age=self.context.max_quote_age
        )
        return replace(made, **changes)

    def disconnect(self) -> None:
        self.context.database.close()
        self.portfolio_context.database.close()

    def portfolio(
        self,
        name: str = "one",
        *,
        balance: str = "10000",
        limits: Limits | None = None,
        guard: Guard = NO_GUARD,
        strategy_type: str = "momentum",
        **strategy_config: Any,
    ) -> PortfolioId:
        wanted = NewPortfolio(
            name=name,
            description="",
            strategy_type=strategy_type,
            initial_balance=D(balance),
            strategy_config=strategy_config,
            limits=limits or Limits(None, None, 20),
            guard=guard,
        )
        with self.context.database.transaction() as session:
            return portfolios.create(session, wanted, self.clock.now)

    def open_cycle(self, **request: Any) -> int:
        self._cycles += 1
        opened = cycle.run(
            cycle.CycleRequest.model_validate(
                {
                    "action": "open",
                    "execution_name": f"execution-{self._cycles}",
                    "request": {"kind": "api", **request},
                }
            ),
            self.context,
        )
        assert opened.cycle_id is not None
        return opened.cycle_id

    def filter(self, cycle_id: int) -> filter_step.FilterResult:
        return filter_step.run(filter_step.FilterRequest(cycle_id=cycle_id), self.context)

    def signal(self, cycle_id: int, portfolio_id: PortfolioId) -> signal.SignalResult:
        return signal.run(_request(cycle_id, portfolio_id), self.portfolio_context)

    def execute(self, cycle_id: int, portfolio_id: PortfolioId) -> execute.ExecuteResult:
        return execute.run(_request(cycle_id, portfolio_id), self.portfolio_context)

    def snapshot(self, cycle_id: int, portfolio_id: PortfolioId) -> snapshot.SnapshotResult:
        return snapshot.run(_request(cycle_id, portfolio_id), self.portfolio_context)

    def step_of_chunk(
        self,
        step: StepModule,
        cycle_id: int,
        portfolio_ids: Sequence[PortfolioId],
        attempt: int = 0,
    ) -> chunks.ChunkResult:
        """A step for a chunk, as the state machine takes it."""
        request = chunks.ChunkRequest(
            cycle_id=cycle_id, portfolio_ids=list(portfolio_ids), attempt=attempt
        )
        return step.run_chunk(request, self.portfolio_context)

    def run_chunk(self, cycle_id: int, portfolio_ids: Sequence[PortfolioId]) -> None:
        """All steps of a chunk."""
        going = portfolio_ids
        for step in (signal, execute, snapshot):
            going = self.step_of_chunk(step, cycle_id, going).portfolio_ids

    def close(self, cycle_id: int, **error: Any) -> cycle.CycleResult:
        request = {"action": "close", "cycle_id": cycle_id, **error}
        return cycle.run(cycle.CycleRequest.model_validate(request), self.context)

    def run_cycle(self, **request: Any) -> int:
        """A whole cycle, portfolio after portfolio."""
        cycle_id = self.open_cycle(**request)
        for portfolio_id in chain.from_iterable(self.filter(cycle_id).chunks):
            if self.signal(cycle_id, portfolio_id).status == "skipped":
                continue
            self.execute(cycle_id, portfolio_id)
            self.snapshot(cycle_id, portfolio_id)
        self.close(cycle_id)
        return cycle_id

    def bought(self, **strategy_config: Any) -> PortfolioId:
        """A portfolio after its first cycle."""
        portfolio_id = self.portfolio(**strategy_config)
        self.run_cycle()
        return portfolio_id

    def update_prices(self) -> price_update.PriceUpdateResult:
        return price_update.run(price_update.PriceUpdateRequest(), self.context)

    def reprice(self, bid: str, ask: str, **changes: Any) -> price_update.PriceUpdateResult:
        """Five minutes later the one market has this quote; mark everything."""
        self.clock.pass_time(minutes=5)
        middle = (D(bid) + D(ask)) / 2
        shown = {"yes_price": middle, "no_price": 1 - middle, "quote": Quote(D(bid), D(ask))}
        self.exchange.show(**{**shown, **changes})
        return self.update_prices()

    def breaks(self) -> list[Any]:
        """The broken invariants."""
        return list(maintenance.run(maintenance.MaintenanceRequest(), self.context).breaks)

    def rows(self, query: Any, *values: Any) -> list[dict[str, Any]]:
        """What a query answers, read as an observer outside of the system would."""
        with psycopg.connect(self.database_url, row_factory=dict_row) as connection:
            return connection.execute(query, values).fetchall()

    def row(self, query: Any, *values: Any) -> dict[str, Any]:
        (found,) = self.rows(query, *values)
        return found

    def state(self, portfolio_id: PortfolioId) -> portfolios.PortfolioRow:
        with self.context.database.transaction() as session:
            return portfolios.get(session, portfolio_id)

    def truncate(self) -> None:
        """The database as it was before anything happened."""
        with psycopg.connect(self.database_url) as connection:
            names = [name for name in self.everything() if name != "alembic_version"]
            names += ["market_batches", "market_snapshots"]
            quoted = ", ".join(f'"{name}"' for name in names)
            connection.execute(f"TRUNCATE {quoted} RESTART IDENTITY CASCADE")
            connection.execute("INSERT INTO capital_in_use DEFAULT VALUES")

    def empty(self) -> None:
        """As `truncate`, faster where there are few rows: for many worlds one after another."""
        with psycopg.connect(self.database_url) as connection:
            connection.execute(EMPTY)

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All rows of all tables, to show that a second run changes nothing."""
        skipped = ("alembic_version", "market_batches", "market_snapshots")
        with psycopg.connect(self.database_url, row_factory=dict_row) as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            ).fetchall()
            names = [row["tablename"] for row in tables if row["tablename"] not in skipped]
            return {
                name: connection.execute(
                    f'SELECT * FROM "{name}" AS stored ORDER BY 1, 2, stored::text'
                ).fetchall()
                for name in names
            }


def several(count: int, **changes: Any) -> list[Market]:
    """Markets m1, m2, … alike but for their ids."""
    return [market(market_id=MarketId(f"m{place}"), **changes) for place in range(1, count + 1)]


def _request(cycle_id: int, portfolio_id: PortfolioId) -> PortfolioStepRequest:
    return PortfolioStepRequest(cycle_id=cycle_id, portfolio_id=portfolio_id)
