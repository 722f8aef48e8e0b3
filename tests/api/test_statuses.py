"""Pausing, reactivating and archiving, and the record of it."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from tests.api.client import Client, sample

SAMPLES = "2f1c8f0e-0000-4000-8000-000000000001"
"""Whose token the sample events carry."""


def status(client: Client, portfolio_id: int = 1) -> Any:
    return client.get(f"/portfolios/{portfolio_id}").json["portfolio"]["status"]


def changes(client: Client, portfolio_id: int = 1) -> list[dict[str, Any]]:
    answer = client.get(f"/portfolios/{portfolio_id}/status-changes")
    assert answer.status == 200
    found: list[dict[str, Any]] = answer.json["changes"]
    return found


def test_the_sample_events(client: Client) -> None:
    client.create()
    client.create(name="Two")
    for name in ("pause_portfolio", "reactivate_portfolio"):
        assert client.send(sample(name)).status == 200
    paused = client.send(sample("pause_all_portfolios"))
    assert paused.json == {"message": "Portfolios paused", "pause_id": 1, "portfolios": 2}
    again = client.send(sample("reactivate_all_portfolios"))
    assert again.json == {
        "message": "Portfolios reactivated", "pause_id": 1, "portfolios": 2, "left": 0,
        "first_left": [],
    }  # fmt: skip
    archived = client.send(sample("archive_portfolio"))
    assert archived.json["portfolio"]["status"] == "archived"
    assert archived.json["portfolio"]["status_reason"] == "The experiment is over"
    listed = client.send(sample("list_pauses"))
    assert listed.json["pauses"] == [
        {
            "pause_id": 1,
            "paused_at": "2026-03-01T12:00:00+00:00",
            "ordered_by": SAMPLES,
            "reason": "The exchange shows prices that cannot be true",
            "portfolios": 2,
        }
    ]
    shown = client.send(sample("list_status_changes")).json
    assert shown["next"] is None
    assert [
        (row["from_status"], row["to_status"], row["reason"], row["resets"], row["pause_id"])
        for row in reversed(shown["changes"])
    ] == [
        ("active", "paused", "Holidays", None, None),
        ("paused", "active", "Back again", "peak", None),
        ("active", "paused", "The exchange shows prices that cannot be true", None, 1),
        ("paused", "active", "Prices are sound again", "nothing", 1),
        ("active", "archived", "The experiment is over", None, None),
    ]
    assert {row["ordered_by"] for row in shown["changes"]} == {SAMPLES}


ROUTES = (
    "/portfolios/1/pause", "/portfolios/1/reactivate", "/portfolios/1/archive",
    "/portfolios/pause-all", "/portfolios/reactivate-all",
)  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
def test_every_change_wants_a_reason(offline: Client, route: str) -> None:
    for body in ({}, {"reason": ""}, {"reason": "   "}, {"reason": "x" * 501}, {"reason": None}):
        answer = offline.post(route, body)
        assert (answer.status, list(answer.rules)) == (422, ["reason"])
    assert offline.post(route, {"reason": "why", "who": "me"}).rules == {"who": "is not known"}
    assert offline.post(route, {"reason": "why"}, scope="prescient/read").status == 403


def test_pages_of_changes_and_pauses(client: Client) -> None:
    client.create()
    for _ in range(3):
        client.post("/portfolios/pause-all", {"reason": "halt"})
        client.post("/portfolios/reactivate-all", {"reason": "on"})
    first = client.get("/portfolios/1/status-changes?limit=4").json
    second = client.get(first["next"]).json
    ids = [row["change_id"] for row in first["changes"] + second["changes"]]
    assert (ids, second["next"]) == ([6, 5, 4, 3, 2, 1], None)
    page = client.get("/portfolios/pauses?limit=2").json
    assert page["next"] == "/portfolios/pauses?limit=2&cursor=2"
    assert [row["pause_id"] for row in client.get(page["next"]).json["pauses"]] == [1]


def test_what_does_not_exist(client: Client) -> None:
    assert client.get("/portfolios/9/status-changes").status == 404
    assert client.post("/portfolios/9/pause", {"reason": "why"}).status == 404
    answer = client.post("/portfolios/reactivate-all", {"reason": "why", "pause_id": 9})
    assert (answer.status, answer.json["code"]) == (404, "pause_not_found")
    nothing = client.post("/portfolios/reactivate-all", {"reason": "why"})
    assert (nothing.status, nothing.json["pause_id"], nothing.json["portfolios"]) == (200, None, 0)


def test_a_key_pauses_and_reactivates_once(client: Client) -> None:
    client.create()
    key = {"Idempotency-Key": "halt-1"}
    first = client.post("/portfolios/pause-all", {"reason": "halt"}, headers=key)
    client.post("/portfolios/reactivate-all", {"reason": "on"})
    again = client.post("/portfolios/pause-all", {"reason": "halt"}, headers=key)
    assert (again.json, status(client)) == (first.json, "active")
    other = client.post("/portfolios/pause-all", {"reason": "other"}, headers=key)
    assert (other.status, other.json["code"]) == (409, "idempotency_conflict")
    one = {"Idempotency-Key": "one-1"}
    assert client.post("/portfolios/1/pause", {"reason": "r"}, headers=one).status == 200
    client.post("/portfolios/1/reactivate", {"reason": "on"})
    assert client.post("/portfolios/1/pause", {"reason": "r"}, headers=one).status == 200
    assert status(client) == "active"
    assert client.post("/portfolios/1/archive", {"reason": "r"}, headers=one).status == 409


def test_an_unchanged_status_is_no_change(client: Client) -> None:
    client.create()
    client.post("/portfolios/1/pause", {"reason": "first"})
    assert client.post("/portfolios/1/pause", {"reason": "second"}).status == 200
    assert [row["reason"] for row in changes(client)] == ["first"]


def test_a_patch_is_recorded_too(client: Client) -> None:
    client.create()
    client.patch("/portfolios/1", {"status": "paused", "reason": "so"})
    client.patch("/portfolios/1", {"status": "active"})
    assert [(row["to_status"], row["reason"]) for row in changes(client)] == [
        ("active", None),
        ("paused", "so"),
    ]
    assert client.patch("/portfolios/1", {"reason": "so"}).status == 422


def test_an_archived_portfolio_stays_so(client: Client) -> None:
    client.create()
    client.post("/portfolios/1/archive", {"reason": "over"})
    for route in ("pause", "reactivate"):
        answer = client.post(f"/portfolios/1/{route}", {"reason": "why"})
        assert (answer.status, answer.json["code"]) == (409, "portfolio_archived")
    assert client.post("/portfolios/pause-all", {"reason": "x"}).json["portfolios"] == 0


def test_limits_of_the_drawdown_are_shown_and_changed(client: Client) -> None:
    client.create(drawdown_limit="500.50", drawdown_limit_percent=12.5)
    shown = client.get("/portfolios/1").json["portfolio"]
    assert shown["drawdown"] == {
        "amount": D("0.00"),
        "percent": D("0.00"),
        "limit": D("500.50"),
        "limit_percent": D("12.50"),
        "alert": "none",
        "peak_since": "2026-03-01T12:00:00+00:00",
        "warned_at": None,
    }
    change = {"drawdown_limit": None, "drawdown_limit_percent": 20}
    shown = client.patch("/portfolios/1", change).json["portfolio"]
    assert shown["drawdown_limit"] is None
    assert shown["drawdown_limit_percent"] == D("20.00")
    shown = client.patch("/portfolios/1", {"description": "d"}).json["portfolio"]
    assert shown["drawdown_limit_percent"] == D("20.00")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("drawdown_limit", 0),
        ("drawdown_limit", "1.001"),
        ("drawdown_limit", True),
        ("drawdown_limit_percent", 0),
        ("drawdown_limit_percent", 100.01),
        ("drawdown_limit_percent", "0.001"),
        ("drawdown_limit_percent", "NaN"),
    ],
)
def test_bad_limits_are_refused_by_name(offline: Client, field: str, value: object) -> None:
    assert list(offline.patch("/portfolios/1", {field: value}).rules) == [field]


def test_the_guard_of_a_portfolio_at_work(client: Client) -> None:
    world = client.world
    world.exchange.show(liquidity=D(10_000_000))
    client.create(strategy_config={"trade_amount": 9900}, drawdown_limit_percent=10)
    world.run_cycle()
    world.reprice("0.71", "0.72")
    drawdown = client.get("/portfolios/1").json["portfolio"]["drawdown"]
    assert (drawdown["alert"], drawdown["warned_at"]) == ("warning", "2026-03-01T12:05:00+00:00")
    world.reprice("0.69", "0.70")
    shown = client.get("/portfolios/1").json["portfolio"]
    assert (shown["status"], shown["drawdown"]["alert"]) == ("paused", "reached")
    assert shown["status_reason"] == "drawdown of 10.78% reaches 10%"
    refused = client.post("/portfolios/1/reactivate", {"reason": "again"})
    assert (refused.status, refused.json["code"]) == (409, "drawdown_limit_reached")
    assert client.patch("/portfolios/1", {"status": "active"}).status == 409
    again = client.post("/portfolios/1/reactivate", {"reason": "again", "resets": "peak"})
    assert again.json["portfolio"]["drawdown"]["percent"] == D("0.00")
    assert [row["ordered_by"] for row in changes(client)] == ["someone", None]


def test_the_guard_over_all_portfolios_by_its_settings(world: Any) -> None:
    client = Client(world, TOTAL_DRAWDOWN_LIMIT="1000", TOTAL_DRAWDOWN_LIMIT_PERCENT="50")
    world.context = client.environment.context
    world.exchange.show(liquidity=D(10_000_000))
    client.create(strategy_config={"trade_amount": 9900})
    client.create(name="Idle")
    world.update_prices()
    world.run_cycle()
    assert world.reprice("0.69", "0.70").paused == 2
    refused = client.post("/portfolios/2/reactivate", {"reason": "why"})
    assert (refused.status, refused.json["code"]) == (409, "drawdown_limit_reached")
    done = client.post("/portfolios/reactivate-all", {"reason": "why", "resets": "peak"})
    assert done.json["portfolios"] == 2
    client.environment.close()
