"""PATCH /portfolios/{portfolio_id}."""

from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from prescient.core.market.markets import MarketId, Quote
from prescient.core.portfolio.portfolios import PortfolioId
from tests.api.client import Client, sample
from tests.builders import event, market

D = Decimal


def test_the_sample_event(client: Client) -> None:
    client.create(description="Before", max_total_exposure=500)
    client.world.clock.pass_time(hours=1)
    answer = client.send(sample("update_portfolio"))
    assert answer.status == 200
    assert answer.json["message"] == "Portfolio updated successfully"
    shown = answer.json["portfolio"]
    assert (shown["description"], shown["max_position_size"]) == ("Tighter", D("500.00"))
    assert shown["max_total_exposure"] == D("500.00")
    assert shown["name"] == "One"
    assert shown["last_updated"] == "2026-03-01T13:00:00+00:00"


def test_null_removes_a_limit(client: Client) -> None:
    client.create(max_position_size=5, max_total_exposure=6, max_positions=7, description="d")
    change = {"max_position_size": None, "max_positions": None, "description": None}
    shown = client.patch("/portfolios/1", change).json["portfolio"]
    assert shown["max_position_size"] is None
    assert shown["max_total_exposure"] == D("6.00")
    assert shown["max_positions"] == 20
    assert shown["description"] == ""


BAD_CHANGES: list[tuple[dict[str, Any], str, str]] = [
    ({}, "body", "names no field to change"),
    ({"name": None}, "name", "cannot be null"),
    ({"name": ""}, "name", "must not be empty"),
    ({"status": "sleeping"}, "status", "'active', 'paused' or 'archived'"),
    ({"status": None}, "status", "cannot be null"),
    ({"strategy_config": None}, "strategy_config", "cannot be null"),
    ({"max_position_size": 0}, "max_position_size", "must be above 0"),
    ({"max_positions": 1.5}, "max_positions", "must be a whole number"),
    ({"current_balance": 5}, "current_balance", "is not known"),
    ({"initial_balance": 5}, "initial_balance", "is not known"),
    ({"portfolio_id": 2}, "portfolio_id", "is not known"),
    ({"liquidate": True}, "liquidate", "goes with status archived alone"),
    ({"liquidate": True, "status": "paused"}, "liquidate", "goes with status archived alone"),
    ({"liquidate": 1, "status": "archived"}, "liquidate", "must be true or false"),
    ({"partial": True, "status": "archived"}, "partial", "goes with liquidate alone"),
]


@pytest.mark.parametrize(("change", "field", "rule"), BAD_CHANGES)
def test_bad_changes_are_refused_by_name(
    offline: Client, change: dict[str, Any], field: str, rule: str
) -> None:
    answer = offline.patch("/portfolios/1", change)
    assert answer.status == 422
    assert rule in answer.rules[field]


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"strategy_type": "astrology"}, "strategy_type", "is not one of"),
        (
            {"strategy_config": {"x": 1}},
            "strategy_config.x",
            "is not known; known are cooldown_hours, ",
        ),
        (
            {"strategy_type": "random"},
            "strategy_type",
            "so send one: strategy_config.min_drift: is not",
        ),
    ],
)
def test_the_configuration_must_fit_the_strategy(
    client: Client, change: dict[str, Any], field: str, rule: str
) -> None:
    client.create(strategy_config={"min_drift": 0.01})
    before = client.world.state(PortfolioId(1))
    answer = client.patch("/portfolios/1", change)
    assert answer.status == 422
    assert rule in answer.rules[field]
    assert client.world.state(PortfolioId(1)) == before


def test_a_bad_field_changes_nothing_else(client: Client) -> None:
    client.create()
    assert client.patch("/portfolios/1", {"name": "New", "status": "x"}).status == 422
    assert client.world.state(PortfolioId(1)).name == "One"


def test_an_unknown_portfolio(client: Client) -> None:
    assert client.patch("/portfolios/9", {"name": "x"}).status == 404


def test_a_taken_name(client: Client) -> None:
    client.create(name="a")
    client.create(name="b")
    for name in ("a", "A", "ａ"):
        answer = client.patch("/portfolios/2", {"name": name, "description": "lost"})
        assert (answer.status, answer.json["code"]) == (409, "name_taken")
    assert client.world.state(PortfolioId(2)).description == ""


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        (["paused", "active", "paused", "archived"], None),
        (["archived", "archived"], None),
        (["archived", "active"], "status: archived cannot become active"),
        (["paused", "archived", "paused"], "status: archived cannot become paused"),
    ],
)
def test_status_changes(client: Client, path: list[str], refused: str | None) -> None:
    client.create()
    answers = [client.patch("/portfolios/1", {"status": status}) for status in path]
    assert [answer.status for answer in answers[:-1]] == [200] * (len(path) - 1)
    assert answers[-1].status == (409 if refused else 200)
    if refused:
        assert answers[-1].json["message"] == refused


def test_a_portfolio_with_open_positions_cannot_be_archived(client: Client) -> None:
    client.create()
    client.world.run_cycle()
    answer = client.patch("/portfolios/1", {"status": "archived"})
    assert answer.status == 409
    assert "archived needs no open positions, and there are 1" in answer.json["message"]


@pytest.fixture
def two_held(client: Client) -> Client:
    """Portfolio 1 holds $100 of each of two markets."""
    client.world.exchange.events = [event(market(), market(market_id=MarketId("m2")))]
    client.create()
    client.world.run_cycle()
    assert client.get("/portfolios/1").json["portfolio"]["open_positions"] == 2
    return client


def test_liquidation_sells_everything_and_archives(two_held: Client) -> None:
    answer = two_held.patch("/portfolios/1", {"status": "archived", "liquidate": True})
    assert answer.status == 200
    shown = answer.json["portfolio"]
    # 128.20 × 0.77 = 98.71 twice
    assert (shown["status"], shown["current_balance"]) == ("archived", D("9997.42"))
    assert (shown["open_positions"], shown["realized_pnl"]) == (0, D("-2.58"))
    exits = two_held.world.rows("SELECT kind, shares FROM position_exits")
    assert exits == [{"kind": "manual", "shares": D("128.200000")}] * 2
    assert two_held.world.breaks() == []


def test_liquidation_sells_nothing_where_one_position_has_no_bid(two_held: Client) -> None:
    world = two_held.world
    (shown,) = world.exchange.events
    first, second = shown.markets
    world.exchange.events = [event(first, replace(second, quote=Quote(D(0), D("0.02"))))]
    world.clock.pass_time(minutes=5)
    world.update_prices()
    before = two_held.get("/portfolios/1").json
    answer = two_held.patch("/portfolios/1", {"status": "archived", "liquidate": True})
    (held,) = world.rows("SELECT id FROM portfolio_positions WHERE market_id = 'm2'")
    assert answer.status == 409
    message = f"liquidate: 128.2 shares of position {held['id']}: has no bid"
    assert answer.json["message"] == message
    assert two_held.get("/portfolios/1").json == before
    assert world.breaks() == []


def test_a_market_that_was_never_read_has_no_bid(two_held: Client) -> None:
    """So it is with positions that an older database brought along."""
    with psycopg.connect(two_held.world.database_url) as connection:
        connection.execute("DELETE FROM market_prices WHERE market_id = 'm2'")
    two_held.world.exchange.pages_before_failure = 0
    answer = two_held.patch("/portfolios/1", {"status": "archived", "liquidate": True})
    assert (answer.status, "has no bid" in answer.json["message"]) == (409, True)


def test_a_changed_configuration_moves_the_triggers_of_open_positions(client: Client) -> None:
    client.create(strategy_config={"stop_loss_percentage": 0.5})
    client.world.run_cycle()
    change = {"strategy_config": {"stop_loss_percentage": 0.25, "take_profit_percentage": 0.1}}
    shown = client.patch("/portfolios/1", change).json["portfolio"]
    # Bought at 0.78 with a bid of 0.77: the stop is 0.77 − 0.78/4, the target 0.78 × 1.1.
    (position,) = shown["positions"]
    assert (position["stop_loss_bid"], position["take_profit_bid"]) == (D("0.575"), D("0.858"))
    assert shown["config_version"] == 2
    assert client.world.reprice("0.56", "0.58").exited == 1
    assert client.world.breaks() == []


def test_a_configuration_without_a_stop_removes_it(client: Client) -> None:
    client.create(strategy_config={"stop_loss_percentage": 0.5})
    client.world.run_cycle()
    shown = client.patch("/portfolios/1", {"strategy_config": {}}).json["portfolio"]
    assert shown["positions"][0]["stop_loss_bid"] is None


def test_the_same_configuration_keeps_its_version(client: Client) -> None:
    client.create(strategy_config={"min_confidence": 0.8})
    same = {"strategy_config": {"min_confidence": "0.80"}, "strategy_type": "momentum"}
    assert client.patch("/portfolios/1", same).json["portfolio"]["config_version"] == 1
    assert client.patch("/portfolios/1", {"name": "x"}).json["portfolio"]["config_version"] == 1


def test_a_change_waits_for_the_portfolio(client: Client) -> None:
    """A step that holds the lock decides first."""
    client.create()
    world = client.world
    with world.context.database.transaction() as session:
        session.execute("SELECT 1 FROM portfolios WHERE portfolio_id = 1 FOR UPDATE")
        answers: list[int] = []
        change = {"status": "paused"}
        caller = threading.Thread(
            target=lambda: answers.append(client.patch("/portfolios/1", change).status)
        )
        caller.start()
        caller.join(0.3)
        assert answers == []
    caller.join()
    assert answers == [200]


MERGE = {"content-type": "Application/Merge-Patch+JSON; charset=utf-8"}


def configuration(client: Client, portfolio_id: int = 1) -> dict[str, Any]:
    found = client.get(f"/portfolios/{portfolio_id}").json["portfolio"]
    kept: dict[str, Any] = found["strategy_config"]
    return kept


def test_a_merge_patch_changes_the_keys_that_it_names(client: Client) -> None:
    given = {"trade_amount": 50, "stop_loss_percentage": "0.10", "min_drift": 0}
    client.create(strategy_config=given)
    change = {"strategy_config": {"trade_amount": 60, "min_drift": None, "max_spread": "0.04"}}
    assert client.patch("/portfolios/1", change, headers=MERGE).status == 200
    assert configuration(client) == {
        "trade_amount": 60,
        "stop_loss_percentage": D("0.10"),
        "max_spread": D("0.04"),
    }
    client.patch("/portfolios/1", {"strategy_config": {"trade_amount": 60}})
    assert configuration(client) == {"trade_amount": 60}


def test_a_merge_patch_reaches_into_objects(client: Client) -> None:
    weights = {"momentum": 2, "mean_reversion": 1}
    client.create(strategy_type="hybrid", strategy_config={"weights": weights})
    change = {"strategy_config": {"weights": {"momentum": 3}}}
    assert client.patch("/portfolios/1", change, headers=MERGE).status == 200
    assert configuration(client) == {"weights": {"momentum": 3, "mean_reversion": 1}}


def test_a_merge_patch_is_checked_as_a_whole(client: Client) -> None:
    client.create(strategy_config={"min_conviction": "0.3"})
    change = {"strategy_config": {"max_conviction": "0.2"}}
    answer = client.patch("/portfolios/1", change, headers=MERGE)
    assert answer.status == 422
    assert "is above max_conviction" in answer.rules["strategy_config.min_conviction"]
    assert configuration(client) == {"min_conviction": D("0.3")}


def test_a_merge_patch_is_another_request_than_a_replacement(client: Client) -> None:
    client.create()
    change = {"strategy_config": {"trade_amount": 5}}
    key = {"idempotency-key": "k"}
    assert client.patch("/portfolios/1", change, headers=key).status == 200
    answer = client.patch("/portfolios/1", change, headers={**key, **MERGE})
    assert (answer.status, answer.json["code"]) == (409, "idempotency_conflict")


def test_only_changes_are_merge_patches(offline: Client) -> None:
    answer = offline.post("/portfolios/create", {"name": "x"}, headers=MERGE)
    assert (answer.status, answer.json["code"]) == (415, "unsupported_media_type")


def test_a_lost_update_is_refused(client: Client) -> None:
    client.create()
    read = client.get("/portfolios/1")
    assert read.headers["ETag"] == '"1"'
    matching = {"if-match": read.headers["ETag"]}
    first = client.patch("/portfolios/1", {"max_positions": 5}, headers=matching)
    assert (first.status, first.headers["ETag"]) == (200, '"2"')
    before = client.world.everything()
    second = client.patch("/portfolios/1", {"max_positions": 6}, headers=matching)
    assert (second.status, second.json["code"]) == (412, "version_conflict")
    assert second.rules == {"If-Match": "the configuration is at version 2 by now"}
    assert client.world.everything() == before


def test_a_repeated_change_is_answered_although_it_made_a_version(client: Client) -> None:
    client.create()
    headers = {"if-match": '"1"', "idempotency-key": "k"}
    for _ in range(2):
        answer = client.patch("/portfolios/1", {"max_positions": 5}, headers=headers)
        assert (answer.status, answer.headers["ETag"]) == (200, '"2"')


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("*", 200),
        ('"1"', 200),
        ('"7", "1"', 200),
        ('"7"', 412),
        ('W/"1"', 422),
        ('""', 422),
        ("1", 422),
        ("", 422),
    ],
)
def test_what_an_if_match_admits(client: Client, header: str, status: int) -> None:
    client.create()
    answer = client.patch("/portfolios/1", {"name": "x"}, headers={"if-match": header})
    assert answer.status == status
