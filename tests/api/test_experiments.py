"""Twins, tags, and versions of configurations."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from tests.api.client import BECAUSE, Client, sample


def configurations(client: Client, portfolio_id: int = 1) -> list[dict[str, Any]]:
    answer = client.get(f"/portfolios/{portfolio_id}/configurations")
    assert answer.status == 200
    found: list[dict[str, Any]] = answer.json["configurations"]
    return found


def read(client: Client, portfolio_id: int) -> Any:
    return client.get(f"/portfolios/{portfolio_id}").json["portfolio"]


def test_the_sample_events(client: Client) -> None:
    client.create(strategy_config={"min_confidence": 0.7})
    made = client.send(sample("clone_portfolio"))
    assert made.json == {
        "portfolio_id": 2, "message": "Twin created", "twin_of": 1,
        "twin_key": "strategy_config.min_confidence",
    }  # fmt: skip
    client.patch("/portfolios/1", {"max_positions": 5, "reason": "fewer"})
    compared = client.send(sample("compare_configurations")).json
    assert compared["differences"] == [
        {
            "key": "max_positions", "before": 20, "after": 5, "is_named_before": True,
            "is_named_after": True,
        }
    ]  # fmt: skip
    restored = client.send(sample("restore_configuration"))
    assert restored.json["portfolio"]["max_positions"] == 20
    listed = client.send(sample("list_configurations")).json
    assert [
        (row["version"], row["from_version"], row["restored_version"], row["reason"])
        for row in listed["configurations"]
    ] == [(3, 2, 1, "The change did not pay"), (2, 1, None, "fewer"), (1, None, None, None)]
    assert listed["next"] is None


def test_the_first_version_of_a_twin_says_why_it_was_made(client: Client) -> None:
    client.create()
    client.post("/portfolios/1/clone", {"name": "Twin", "reason": "Is the stop worth it?"})
    versions = client.get("/portfolios/2/configurations").json["configurations"]
    assert [(row["version"], row["reason"]) for row in versions] == [(1, "Is the stop worth it?")]
    assert versions[0]["ordered_by"]


def test_a_twin_is_like_its_portfolio_but_for_one_key(client: Client) -> None:
    client.create(
        strategy_config={"min_confidence": 0.7, "trade_amount": 50},
        tags=["lab", "may"],
        max_positions=7,
        drawdown_limit=900,
        description="d",
    )
    changed = {"key": "strategy_config.min_confidence", "value": 0.8}
    client.post("/portfolios/1/clone", {"name": "Twin", "changed": changed, **BECAUSE})
    first, twin = read(client, 1), read(client, 2)
    different = {key for key in first if first[key] != twin[key]}
    assert different == {"portfolio_id", "name", "strategy_config", "twin_of", "twin_key"}
    assert (twin["twin_of"], twin["twin_key"]) == (1, "strategy_config.min_confidence")
    assert first["strategy_config"] | {"min_confidence": D("0.8")} == twin["strategy_config"]
    assert client.world.breaks() == []


def test_a_twin_of_what_trades_begins_with_its_equity_in_cash(client: Client) -> None:
    client.create()
    client.world.run_cycle()
    client.world.reprice("0.60", "0.61")
    client.post("/portfolios/1/clone", {"name": "Same", **BECAUSE})
    first, twin = read(client, 1), read(client, 2)
    assert twin["initial_balance"] == twin["current_balance"] == first["total_value"] < 10_000
    assert (twin["open_positions"], twin["twin_of"], twin["twin_key"]) == (0, 1, None)
    assert client.world.breaks() == []


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("strategy_type", "random", {"strategy_type": "random"}),
        ("max_position_size", "55.50", {"max_position_size": D("55.50")}),
        ("max_total_exposure", None, {"max_total_exposure": None}),
        ("max_positions", None, {"max_positions": 20}),
        ("drawdown_limit_percent", 12, {"drawdown_limit_percent": D("12.00")}),
        ("strategy_config.min_drift", None, {"strategy_config": {}}),
        ("strategy_config.min_drift", 0.02, {"strategy_config": {"min_drift": D("0.02")}}),
    ],
)
def test_any_key_can_be_the_one(client: Client, key: str, value: object, shown: Any) -> None:
    config = {} if key == "strategy_type" else {"min_drift": 0.01}
    client.create(strategy_config=config, max_positions=3, max_total_exposure=900)
    answer = client.post(
        "/portfolios/1/clone",
        {"name": "Twin", "changed": {"key": key, "value": value}, **BECAUSE},
    )
    assert answer.status == 200, answer.text
    twin = read(client, 2)
    assert {name: twin[name] for name in shown} == shown


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"key": "strategy_config.nonsense", "value": 1}, 422, "strategy_config.nonsense"),
        ({"key": "strategy_config.min_drift", "value": "much"}, 422, "strategy_config.min_drift"),
        ({"key": "initial_balance", "value": 5}, 422, "changed.key"),
        ({"key": "strategy_config.", "value": 5}, 422, "changed.key"),
        ({"key": "max_positions", "value": 0}, 422, "changed.value"),
        ({"key": "max_position_size", "value": "1.001"}, 422, "changed.value"),
        ({"key": "strategy_type", "value": None}, 422, "changed.value"),
        ({"key": "max_positions", "value": 20}, 409, "changed.value"),
        ({"key": "max_positions"}, 422, "changed.value"),
    ],
)
def test_bad_changes_are_refused_by_name(
    client: Client, changed: dict[str, Any], status: int, field: str
) -> None:
    client.create()
    answer = client.post("/portfolios/1/clone", {"name": "Twin", "changed": changed, **BECAUSE})
    assert (answer.status, list(answer.rules)) == (status, [field])
    assert client.get("/portfolios/2").status == 404


def test_a_twin_is_created_once_for_its_key(client: Client) -> None:
    client.create()
    key = {"Idempotency-Key": "twin-1"}
    first = client.post("/portfolios/1/clone", {"name": "Twin", **BECAUSE}, headers=key)
    assert (
        client.post("/portfolios/1/clone", {"name": "Twin", **BECAUSE}, headers=key).json
        == first.json
    )
    assert (
        client.post("/portfolios/1/clone", {"name": "Other", **BECAUSE}, headers=key).status == 409
    )
    taken = client.post("/portfolios/1/clone", {"name": "Twin", **BECAUSE})
    assert (taken.status, taken.json["code"]) == (409, "name_taken")
    assert client.post("/portfolios/9/clone", {"name": "None", **BECAUSE}).status == 404


def test_tags_group_portfolios(client: Client) -> None:
    client.create(name="a", tags=["lab", "lab", "alpha"])
    client.create(name="b", tags=["lab"])
    client.create(name="c")

    def tagged(tag: str) -> list[str]:
        answer = client.get(f"/paper-trading/portfolio?tag={tag}")
        return [row["name"] for row in answer.json["portfolios"]]

    assert (tagged("lab"), tagged("alpha"), tagged("none")) == (["a", "b"], ["a"], [])
    assert read(client, 1)["tags"] == ["alpha", "lab"]
    client.patch("/portfolios/1", {"tags": ["beta"]})
    client.patch("/portfolios/2", {"description": "kept"})
    assert (tagged("lab"), tagged("beta")) == (["b"], ["a"])
    assert read(client, 1)["config_version"] == 1
    client.patch("/portfolios/1", {"tags": []})
    assert read(client, 1)["tags"] == []


@pytest.mark.parametrize(
    "tags", [[""], ["A"], ["a b"], ["-a"], ["x" * 51], [1], ["a"] * 21, None, "lab", ["a,b"]]
)
def test_bad_tags_are_refused_by_name(offline: Client, tags: object) -> None:
    answer = offline.patch("/portfolios/1", {"tags": tags})
    assert answer.status == 422
    assert all(field.startswith("tags") for field in answer.rules)
    if isinstance(tags, list) and tags == ["A"]:
        assert offline.get("/paper-trading/portfolio?tag=A").status == 422


def test_every_change_of_strategy_keys_or_limits_is_a_version(client: Client) -> None:
    client.create()
    changes: list[dict[str, Any]] = [
        {"strategy_config": {"min_drift": 0.01}},
        {"strategy_type": "random", "strategy_config": {}},
        {"max_position_size": 50},
        {"drawdown_limit": 500},
        {"max_positions": 20},
        {"name": "Other", "description": "d", "tags": ["x"]},
        {"status": "paused"},
    ]
    for change in changes:
        assert client.patch("/portfolios/1", change).status == 200
    rows = configurations(client)
    assert [row["version"] for row in rows] == [5, 4, 3, 2, 1]
    assert read(client, 1)["config_version"] == 5
    assert {row["ordered_by"] for row in rows} == {"someone"}
    newest, second = rows[0], rows[3]
    assert (newest["strategy_type"], newest["max_position_size"]) == ("random", D("50.00"))
    assert newest["drawdown_limit"] == D("500.00")
    assert (second["strategy_type"], second["strategy_config"]) == (
        "momentum",
        {"min_drift": D("0.01")},
    )
    compared = client.get("/portfolios/1/configurations/compare?from=2&to=3").json
    assert [
        (row["key"], row["before"], row["after"], row["is_named_after"])
        for row in compared["differences"]
    ] == [
        ("strategy_config.min_drift", D("0.01"), None, False),
        ("strategy_type", "momentum", "random", True),
    ]


def test_pages_of_versions(client: Client) -> None:
    client.create()
    for count in range(1, 6):
        client.patch("/portfolios/1", {"max_positions": count})
    first = client.get("/portfolios/1/configurations?limit=4").json
    second = client.get(first["next"]).json
    versions = [row["version"] for row in first["configurations"] + second["configurations"]]
    assert (versions, second["next"]) == ([6, 5, 4, 3, 2, 1], None)


def test_a_version_that_is_brought_back_is_a_new_one_and_moves_the_stops(client: Client) -> None:
    client.create(strategy_config={"stop_loss_percentage": 0.1})
    client.world.run_cycle()
    stop = read(client, 1)["positions"][0]["stop_loss_bid"]
    client.patch("/portfolios/1", {"strategy_config": {"stop_loss_percentage": 0.3}})
    assert read(client, 1)["positions"][0]["stop_loss_bid"] < stop
    answer = client.post("/portfolios/1/configurations/1/restore", {"reason": "too wide"})
    assert answer.json["portfolio"]["config_version"] == 3
    assert answer.json["portfolio"]["positions"][0]["stop_loss_bid"] == stop
    [newest, *_] = configurations(client)
    assert (newest["restored_version"], newest["from_version"]) == (1, 2)
    assert newest["strategy_config"] == {"stop_loss_percentage": D("0.1")}
    again = client.post("/portfolios/1/configurations/3/restore", {"reason": "same"})
    assert (again.status, again.json["code"]) == (409, "nothing_changed")
    assert client.world.breaks() == []


def test_a_version_is_brought_back_once_for_its_key(client: Client) -> None:
    client.create()
    client.patch("/portfolios/1", {"max_positions": 5})
    route, key = "/portfolios/1/configurations/1/restore", {"Idempotency-Key": "back-1"}
    for _ in range(2):
        assert client.post(route, {"reason": "back"}, headers=key).status == 200
    assert len(configurations(client)) == 3
    other = client.post("/portfolios/1/configurations/2/restore", {"reason": "back"}, headers=key)
    assert other.status == 409


def test_what_does_not_exist(client: Client) -> None:
    client.create()
    assert client.get("/portfolios/9/configurations").status == 404
    for target in ("9/configurations/compare?from=1&to=1", "1/configurations/compare?from=1&to=2"):
        assert client.get(f"/portfolios/{target}").status == 404
    answer = client.post("/portfolios/1/configurations/2/restore", {"reason": "why"})
    assert (answer.status, answer.json["code"]) == (404, "version_not_found")
    assert client.post("/portfolios/1/configurations/1/restore", {}).rules == {
        "reason": "is required"
    }


def test_every_signal_resolves_to_the_version_that_made_it(client: Client) -> None:
    client.create(strategy_config={"min_confidence": 0.7})
    client.world.run_cycle()
    client.patch("/portfolios/1", {"strategy_config": {"min_confidence": 0.71}})
    client.patch("/portfolios/1", {"max_positions": 19})
    client.world.clock.pass_time(hours=1)
    client.world.run_cycle()
    unresolved = client.world.rows("""
        SELECT signal.id FROM trading_signals AS signal
        LEFT JOIN portfolio_configurations AS kept
            ON kept.portfolio_id = signal.portfolio_id AND kept.version = signal.config_version
            AND kept.strategy_type = signal.strategy_type
        WHERE kept.version IS NULL""")
    assert unresolved == []
    assert client.world.rows("SELECT FROM trading_signals") != []


def test_a_version_that_older_code_made_is_kept_before_the_next_one(client: Client) -> None:
    """As where code of before the versions still ran after the upgrade."""
    client.create()
    client.world.rows(
        "UPDATE portfolios SET config_version = 2, max_positions = 4 RETURNING portfolio_id"
    )
    client.patch("/portfolios/1", {"max_positions": 6})
    assert [(row["version"], row["max_positions"]) for row in configurations(client)] == [
        (3, 6),
        (2, 4),
        (1, 20),
    ]
