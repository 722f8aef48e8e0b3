"""Clients of the API: on a world of their own, on a shared one, and without a database."""

from collections.abc import Iterator

import pytest

from tests.api.client import BECAUSE, Client
from tests.builders import event
from tests.world import World, several


@pytest.fixture
def offline() -> Client:
    """Without a database: whatever reaches for it is answered 503."""
    return Client(World("postgresql://nobody@127.0.0.1:1/none"))


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    made = Client(world)
    yield made
    made.environment.close()


@pytest.fixture
def holder(client: Client) -> Client:
    """Portfolio 1 holds 128.20 shares of YES for $100; the exchange shows 0.77 / 0.78."""
    client.create()
    client.world.run_cycle()
    return client


@pytest.fixture
def pair(client: Client) -> Client:
    """Portfolio 1 holds 128.20 shares for $100; portfolio 2 holds cash alone."""
    client.create()
    client.create(name="Two", strategy_config={"min_liquidity": 10**9})
    client.world.run_cycle()
    return client


@pytest.fixture(scope="session")
def traded(worker_database_url: str) -> Iterator[Client]:
    """Three portfolios; the first holds three positions and sold one, over two days.

    All tests of a worker share it, and none changes it.
    """
    world = World(worker_database_url)
    client = Client(world)
    world.exchange.events = [event(*several(4))]
    client.create(name="First", strategy_config={"stop_loss_percentage": 0.5})
    client.create(name='=HYPERLINK("x")', strategy_type="random", tags=["lab"])
    client.create(name="Third")
    for day in range(2):
        world.run_cycle()
        client.patch("/portfolios/1", {"max_positions": 10 + day})
        client.post("/portfolios/1/deposit", {"amount": 100, **BECAUSE})
        client.post("/portfolios/pause-all", {"reason": f"day {day}"})
        client.post("/portfolios/reactivate-all", {"reason": f"day {day}"})
        world.clock.pass_time(days=1)
        world.update_prices()
    [newest, *_] = client.get("/portfolios/1/positions").json["positions"]
    closed = client.post(f"/portfolios/1/positions/{newest['position_id']}/close", BECAUSE)
    assert closed.status == 200, closed.text
    for cents in (1, 2):
        amounts = {"from_portfolio_id": 1, "to_portfolio_id": 2, "amount": f"0.0{cents}"}
        client.post("/portfolios/transfer", {**amounts, **BECAUSE})
    client.post(
        f"/portfolios/1/positions/{newest['position_id'] - 1}/close", {"shares": 5, **BECAUSE}
    )
    client.patch("/portfolios/3", {"status": "archived", "liquidate": True})
    yield client
    client.environment.close()
    world.disconnect()
