"""The functions on a world."""

from pathlib import Path

import pytest

from tests.usecases.functions import Functions
from tests.world import World


@pytest.fixture
def functions(world: World, tmp_path: Path) -> Functions:
    return Functions(world, tmp_path / "functions.log")
