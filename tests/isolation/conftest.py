"""A cluster of its own for each test of the bootstrap; the others share the run's server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.postgres.server import Postgres, throwaway
from tests.isolation.cluster import Cluster


@pytest.fixture(scope="module")
def fresh_server() -> Iterator[Postgres]:
    with throwaway() as server:
        yield server


@pytest.fixture
def cluster(fresh_server: Postgres) -> Iterator[Cluster]:
    made = Cluster(fresh_server)
    yield made
    made.clear()
