"""The run routes through the real gateway, handlers and definition of the state machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.aws.stack import Stack
from local.exchange.server import exchange_server
from local.exchange.simulated import EPOCH, SimulatedVenue


@pytest.fixture
def stack(database_url: str) -> Iterator[Stack]:
    venue = SimulatedVenue(start=EPOCH)
    with exchange_server(venue) as exchange, Stack(database_url, exchange.url) as opened:
        yield opened


def call(stack: Stack, method: str, target: str, body: object = None, key: str = "") -> Any:
    response = stack.call(method, target, body, {"idempotency-key": key or "none"})
    return response.status_code, response.get_json()


def test_cycles_by_the_api(stack: Stack) -> None:
    wide = {"min_confidence": 0.6, "min_liquidity": 1000, "min_volume": 1000}
    for name in ("a", "b"):
        body = {
            "name": name,
            "strategy_type": "momentum",
            "initial_balance": "10000.00",
            "strategy_config": wide,
        }
        assert call(stack, "POST", "/portfolios/create", body, key=f"create-{name}")[0] == 200

    status, one = call(stack, "GET", "/trading/run-portfolio-cycle?portfolio_id=2", key="one")
    assert status == 200
    assert one["results"]["success"] is True
    assert one["results"]["trades_executed"] > 0

    status, everyone = call(stack, "POST", "/trading/run-all-portfolios", key="all")
    assert status == 200
    assert everyone["summary"]["successful_portfolios"] == 2

    again = call(stack, "POST", "/trading/run-all-portfolios", key="all")[1]
    assert again["cycle_id"] == everyone["cycle_id"]

    _, cycles = call(stack, "GET", "/trading/cycles")
    assert [cycle["status"] for cycle in cycles["cycles"]] == ["completed", "completed"]
    _, portfolio = call(stack, "GET", "/paper-trading/portfolio?portfolio_id=2")
    assert portfolio["summary"]["open_positions"] == one["results"]["trades_executed"]
    assert stack.invoke("MaintenanceFunction", {})["reconciled"] is True
