"""Which lists the API has, and the rows of an answer."""

from __future__ import annotations

from typing import Any

import pytest

from prescient.api.application import ROUTES
from prescient.api.media_types import CSV

TABLES = {"/portfolios/compare", "/portfolios/<portfolio_id>/performance"}
"""What is a table, but no list with pages."""
LISTS = sorted(
    route.path.replace("<portfolio_id>", "1")
    .replace("<cycle_id>", "1")
    .replace("<market_id>", "m1")
    for table in ROUTES
    for route in table.routes
    if CSV in route.response_types and route.path not in TABLES
)
each_list = pytest.mark.parametrize("path", LISTS)


def rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The one list of an answer."""
    [listed] = [value for value in answer.values() if isinstance(value, list)]
    return listed
