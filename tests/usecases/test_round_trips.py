"""How often each step waits for the database. What it does to more rows, it does at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal as D

import pytest

from benchmarks.round_trips import RoundTrips, counting
from local.postgres import databases
from local.postgres.server import Postgres
from prescient.core.market.listed import Market
from prescient.core.market.markets import Quote
from prescient.core.portfolio.portfolios import Limits, PortfolioId
from prescient.store.database import Database
from tests.api.client import Client
from tests.builders import event
from tests.world import World, several

FEW, MANY = 2, 50
READS = (
    "/health/details", "/portfolios", "/portfolios/1", "/paper-trading/portfolio",
    "/trading/cycles", "/trading/cycles/1",
)  # fmt: skip
MOST_WAITS_OF_EXECUTE, MOST_WAITS_OF_SALES = 2, 3
MOST_WAITS_OF_PRICE_UPDATE = 12  # four of them to begin, copy and commit
FIRST, SECOND = PortfolioId(1), PortfolioId(2)
SELL_ALL = """
    WITH told AS (INSERT INTO trading_signals (
        portfolio_id, cycle_id, strategy_type, timestamp, market_id, market_question, action,
        target_price, amount, confidence, reason, shares, config_version, code_version
    )
    SELECT
        portfolio_id, %s, 'momentum', entry_timestamp, market_id, market_question, 'sell_yes',
        0.77, 1, 0.8, 'enough', shares, 1, 'test'
    FROM portfolio_positions WHERE portfolio_id = %s AND status = 'open'
    RETURNING portfolio_id, cycle_id)
    UPDATE cycle_portfolios AS ran SET signals = (SELECT count(*) FROM told)
    WHERE (portfolio_id, cycle_id) IN (SELECT portfolio_id, cycle_id FROM told)
    RETURNING 1"""
Waits = dict[str, RoundTrips]


class Day:
    """All that happens to `size` portfolios, of which two buy `size` markets."""

    def __init__(self, database_url: str, size: int) -> None:
        self._size = size
        self._world = World(database_url)
        self._client = Client(self._world)
        self._app = self._world.context.database
        self._traders = self._world.portfolio_context.database
        self.waits: Waits = {}

    def live(self) -> None:
        self._show("0.775", "0.77", "0.78")
        for place in range(self._size):
            limits = Limits(None, None, 100)
            self._world.portfolio(f"{place}", limits=limits, stop_loss_percentage=0.1)
        self._buy()
        with self._counted("price_update", self._app):
            assert self._world.update_prices().positions == 2 * self._size
        self._read()
        self._sell()
        self._show("0.51", "0.50", "0.52")
        with self._counted("price_update: all are stopped out", self._app):
            assert self._world.update_prices().exited == self._size
        assert self._world.breaks() == []

    def end(self) -> None:
        self._client.environment.close()
        self._world.disconnect()

    def _buy(self) -> None:
        world = self._world
        with self._counted("cycle: open", self._app):
            cycle_id = world.open_cycle()
        with self._counted("filter", self._app):
            assert world.filter(cycle_id).portfolios == self._size
        with self._counted("signal", self._traders):
            assert world.signal(cycle_id, FIRST).signals == self._size
        with self._counted("execute", self._traders):
            assert world.execute(cycle_id, FIRST).trades == self._size
        with self._counted("snapshot", self._traders):
            world.snapshot(cycle_id, FIRST)
        for step in (world.signal, world.execute, world.snapshot):
            step(cycle_id, SECOND)
        with self._counted("cycle: close", self._app):
            world.close(cycle_id)

    def _read(self) -> None:
        for _ in range(self._size):
            self._world.open_cycle()
        database = self._client.environment.context.database
        for target in READS:
            with self._counted(f"GET {target}", database):
                assert self._client.get(target).status == 200
        with self._counted("POST /reconcile", database):
            assert self._client.post("/reconcile").status == 200

    def _sell(self) -> None:
        """The second portfolio sells all that it holds."""
        cycle_id = self._world.open_cycle()
        self._world.filter(cycle_id)
        self._world.signal(cycle_id, SECOND)
        self._world.rows(SELL_ALL, cycle_id, SECOND)
        with self._counted("execute: sales", self._traders):
            assert self._world.execute(cycle_id, SECOND).trades == self._size
        self._world.snapshot(cycle_id, SECOND)
        self._world.close(cycle_id)

    def _show(self, price: str, bid: str, ask: str) -> None:
        def shown(listed: Market) -> Market:
            yes = D(price)
            return replace(listed, yes_price=yes, no_price=1 - yes, quote=Quote(D(bid), D(ask)))

        self._world.clock.pass_time(minutes=5)
        self._world.exchange.events = [event(*map(shown, several(self._size)))]

    @contextmanager
    def _counted(self, name: str, database: Database) -> Iterator[None]:
        with database.transaction(FIRST) as session:
            pass
        with counting(session) as self.waits[name]:
            yield


@pytest.fixture(scope="module")
def lived(postgres_server: Postgres, template_database: str) -> Callable[[int], Waits]:
    def live(size: int) -> Waits:
        url = databases.create(postgres_server.url(f"day_of_{size}"), template=template_database)
        day = Day(url, size)
        try:
            day.live()
        finally:
            day.end()
            databases.drop(url)
        return day.waits

    return live


def test_no_step_waits_longer_for_more_rows(lived: Callable[[int], Waits]) -> None:
    few, many = lived(FEW), lived(MANY)
    assert many == few
    assert all(found.count > 0 for found in few.values())
    assert many["execute"].count <= MOST_WAITS_OF_EXECUTE
    assert many["execute: sales"].count <= MOST_WAITS_OF_SALES
    assert many["price_update"].count <= MOST_WAITS_OF_PRICE_UPDATE
    assert {many[f"GET {target}"].count for target in READS} == {1}
