"""GET /trading/cycles and /trading/cycles/{cycle_id}."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import Client, sample


def test_a_cycle_and_its_results(client: Client) -> None:
    client.create()
    client.world.run_cycle(portfolio_ids=[1], thresholds={"min_volume": "5"})
    answer = client.send(sample("get_cycle"))
    assert answer.status == 200
    cycle = answer.json["cycle"]
    assert cycle.pop("counters")["skipped"] == {"placeholder": 2}
    assert cycle == {
        "cycle_id": 1,
        "kind": "api",
        "status": "completed",
        "execution_name": "execution-1",
        "parameters": {"kind": "api", "portfolio_ids": [1], "thresholds": {"min_volume": "5"}},
        "batch_id": 1,
        "started_at": "2026-03-01T12:00:00+00:00",
        "decided_at": "2026-03-01T12:00:00+00:00",
        "ended_at": "2026-03-01T12:00:00+00:00",
        "shared_depth": False,
        "error": None,
    }
    assert answer.json["summary"]["total_trades_executed"] == 1
    assert answer.json["portfolio_results"][0]["portfolio_name"] == "One"


def test_a_running_cycle_shows_how_far_it_is(client: Client) -> None:
    client.create()
    cycle_id = client.world.open_cycle()
    (result,) = _results(client, cycle_id, filtered=True)
    assert (result["status"], result["success"]) == ("pending", False)
    assert [step["status"] for step in result["steps"]] == ["completed", *["pending"] * 3]


def _results(client: Client, cycle_id: int, *, filtered: bool) -> list[dict[str, Any]]:
    if filtered:
        client.world.filter(cycle_id)
    found: list[dict[str, Any]] = client.get(f"/trading/cycles/{cycle_id}").json[
        "portfolio_results"
    ]
    return found


def test_a_cycle_before_its_filter(client: Client) -> None:
    cycle_id = client.world.open_cycle()
    answer = client.get(f"/trading/cycles/{cycle_id}")
    assert answer.json["cycle"]["batch_id"] is None
    assert answer.json["portfolio_results"] == []


def test_pages_newest_first(client: Client) -> None:
    for _ in range(5):
        client.world.open_cycle()
    target: str | None = "/trading/cycles?limit=2"
    pages: list[list[int]] = []
    while target:
        page = client.get(target).json
        pages.append([cycle["cycle_id"] for cycle in page["cycles"]])
        target = page["next"]
    assert pages == [[5, 4], [3, 2], [1]]


def test_no_cycles(client: Client) -> None:
    answer = client.send(sample("list_cycles"))
    assert answer.json == {"message": "Cycles retrieved", "cycles": [], "next": None}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=x", "limit"),
        ("cursor=-1", "cursor"),
        ("cursor=9223372036854775808", "cursor"),
        ("after=1", "after"),
    ],
)
def test_bad_pages(offline: Client, query: str, field: str) -> None:
    answer = offline.get(f"/trading/cycles?{query}")
    assert answer.status == 422
    assert list(answer.rules) == [field]


def test_an_unknown_cycle(client: Client) -> None:
    answer = client.get("/trading/cycles/7")
    assert (answer.status, answer.json["code"]) == (404, "cycle_not_found")
