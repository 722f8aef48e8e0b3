"""A client of the API on a world of its own."""

from collections.abc import Iterator

import pytest

from tests.api.client import Client
from tests.world import World


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url)
    yield made
    made.context.database.close()


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    made = Client(world)
    yield made
    made.environment.close()
