"""POST /portfolios/rebalance."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from tests.api.client import BECAUSE, Client, sample


@pytest.fixture
def drifted(client: Client) -> Client:
    """Two take part, one of which was given 3,000 by one that does not."""
    for name in ("rich", "poor"):
        client.create(name=name, strategy_config={"rebalance_threshold": 0.05})
    client.create(name="apart")
    move = {"from_portfolio_id": 3, "to_portfolio_id": 1, "amount": 3000, **BECAUSE}
    assert client.post("/portfolios/transfer", move).status == 200
    return client


def balances(client: Client) -> list[Any]:
    listed = client.get("/paper-trading/portfolio").json["portfolios"]
    return [row["current_balance"] for row in listed]


def test_the_sample_event(drifted: Client) -> None:
    """Nothing was compared yet, so nothing may move."""
    answer = drifted.send(sample("rebalance_portfolios"))
    assert answer.json == {
        "message": "Rebalancing planned",
        "dry_run": True,
        "targets": "equal",
        "only_significant": True,
        "portfolios": 2,
        "places": [
            {
                "portfolio_id": 1, "equity": D("13000.00"), "target": D("11500.00"),
                "drift": D("0.06521739130434782"), "threshold": D("0.05"), "has_drifted": True,
            },
            {
                "portfolio_id": 2, "equity": D("10000.00"), "target": D("11500.00"),
                "drift": D("-0.06521739130434782"), "threshold": D("0.05"), "has_drifted": True,
            },
        ],
        "transfer_count": 0,
        "transfers": [],
        "held_back": D("1500.00"),
    }  # fmt: skip


def test_it_plans_unless_told_to_move(drifted: Client) -> None:
    planned = drifted.post("/portfolios/rebalance", {"targets": "equal"})
    assert balances(drifted) == [D(13000), D(10000), D(7000)]
    done = drifted.post("/portfolios/rebalance?dry_run=false", {"targets": "equal"})
    assert done.json["transfers"] == planned.json["transfers"] == [
        {"from_portfolio_id": 1, "to_portfolio_id": 2, "amount": D("1500.00")}
    ]  # fmt: skip
    assert balances(drifted) == [D(11500), D(11500), D(7000)]
    assert drifted.world.breaks() == []


def test_once_for_its_key(drifted: Client) -> None:
    key = {"Idempotency-Key": "even-1"}
    first = drifted.post("/portfolios/rebalance?dry_run=false", {"targets": "equal"}, headers=key)
    again = drifted.post("/portfolios/rebalance?dry_run=false", {"targets": "equal"}, headers=key)
    assert first.json == again.json
    other = drifted.post("/portfolios/rebalance", {"targets": "equal"}, headers=key)
    assert other.status == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "targets"),
        ({"targets": "off"}, "targets"),
        ({"targets": "equal", "only_significant": 1}, "only_significant"),
        ({"targets": "equal", "dry_run": False}, "dry_run"),
    ],
)
def test_bad_requests_are_refused_by_name(
    offline: Client, body: dict[str, Any], field: str
) -> None:
    answer = offline.post("/portfolios/rebalance", body)
    assert (answer.status, list(answer.rules)) == (422, [field])


def test_a_volatility_that_is_not_known_is_refused(drifted: Client) -> None:
    answer = drifted.post("/portfolios/rebalance", {"targets": "inverse_volatility"})
    assert answer.status == 422
    assert "its metrics are not computed yet" in answer.json["message"]


def test_it_needs_the_scope_to_trade(offline: Client) -> None:
    answer = offline.post("/portfolios/rebalance", {"targets": "equal"}, scope="prescient/read")
    assert answer.status == 403
