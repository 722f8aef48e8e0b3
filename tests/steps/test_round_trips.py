"""How often each step waits for the database. What it does to more rows, it does at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal as D

import pytest

from benchmarks.round_trips import RoundTrips, counting
from local import databases
from local.postgres import Postgres
from prescient.core.markets import Market, Quote
from prescient.core.portfolios import Limits, PortfolioId
from prescient.store.database import Database
from tests.api.client import Client
from tests.builders import event
from tests.world import World, several

FEW, MANY = 2, 50
READS = (
    "/health", "/portfolios/1", "/paper-trading/portfolio", "/trading/cycles", "/trading/cycles/1",
)  # fmt: skip
MOST_WAITS_OF_EXECUTE = 6  # DESIGN section 12, for 50 signals
Waits = dict[str, RoundTrips]


class Day:
    """All that happens to `size` portfolios, of which the first buys `size` markets."""

    def __init__(self, database_url: str, size: int) -> None:
        self._size = size
        self._world = World(database_url)
        self._client = Client(self._world)
        self.waits: Waits = {}

    def live(self) -> None:
        world = self._world
        self._show("0.775", "0.77", "0.78")
        for place in range(self._size):
            world.portfolio(f"{place}", limits=Limits(None, None, 100), stop_loss_percentage=0.1)
        first, traders = PortfolioId(1), world.portfolio_context.database
        app = world.context.database
        with self._counted("cycle: open", app):
            cycle_id = world.open_cycle()
        with self._counted("filter", app):
            assert len(world.filter(cycle_id).portfolio_ids) == self._size
        with self._counted("signal", traders):
            assert world.signal(cycle_id, first).signals == self._size
        with self._counted("execute", traders):
            assert world.execute(cycle_id, first).trades == self._size
        with self._counted("snapshot", traders):
            world.snapshot(cycle_id, first)
        with self._counted("cycle: close", app):
            world.close(cycle_id)
        with self._counted("price_update", app):
            assert world.update_prices().positions == self._size
        self._read()
        self._show("0.51", "0.50", "0.52")
        with self._counted("price_update: all are stopped out", app):
            assert world.update_prices().exited == self._size
        assert world.breaks() == []

    def end(self) -> None:
        self._client.environment.close()
        self._world.disconnect()

    def _read(self) -> None:
        for _ in range(self._size):
            self._world.open_cycle()
        for target in READS:
            with self._counted(f"GET {target}", self._client.environment.context.database):
                assert self._client.get(target).status == 200
        with self._counted("POST /reconcile", self._client.environment.context.database):
            assert self._client.post("/reconcile").status == 200

    def _show(self, price: str, bid: str, ask: str) -> None:
        def shown(one: Market) -> Market:
            yes = D(price)
            return replace(one, yes_price=yes, no_price=1 - yes, quote=Quote(D(bid), D(ask)))

        self._world.clock.pass_time(minutes=5)
        self._world.exchange.events = [event(*map(shown, several(self._size)))]

    @contextmanager
    def _counted(self, name: str, database: Database) -> Iterator[None]:
        with database.transaction(PortfolioId(1)) as session:
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
