"""A client of the API on a world of its own, and one whose requests need no database."""

from collections.abc import Iterator

import pytest

from tests.api.client import Client
from tests.world import World


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url)
    yield made
    made.disconnect()


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
