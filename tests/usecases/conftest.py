"""A world a test."""

from collections.abc import Iterator

import pytest

from tests.world import World


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url)
    yield made
    made.disconnect()
