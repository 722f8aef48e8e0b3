"""What is remembered for Powertools is what it asks for."""

from __future__ import annotations

from typing import Any

import pytest
from aws_lambda_powertools.event_handler import depends
from aws_lambda_powertools.event_handler.openapi import compat

from tests.api.client import Client

REMEMBERED = (
    depends.build_dependency_tree,
    depends.get_type_hints,  # type: ignore[attr-defined]
    compat.field_annotation_is_scalar,
)


@pytest.mark.parametrize("remembered", REMEMBERED, ids=lambda remembered: remembered.__name__)
def test_nothing_of_a_route_is_found_out_twice(client: Client, remembered: Any) -> None:
    client.get("/portfolios")
    before = remembered.cache_info()
    assert client.get("/portfolios?limit=1").status == 200
    after = remembered.cache_info()
    assert after.hits > before.hits
    assert after.misses == before.misses
