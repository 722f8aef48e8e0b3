"""A world a test, and the functions on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.usecases.functions import Functions
from tests.world import World


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url)
    yield made
    made.disconnect()


@pytest.fixture
def functions(world: World, tmp_path: Path) -> Functions:
    return Functions(world, tmp_path / "functions.log")
