"""GET /portfolios/{portfolio_id}/explain: why a market was, or was not, traded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from prescient.core.market.markets import MarketId
from prescient.core.portfolio.portfolios import PortfolioId
from tests.api.client import BECAUSE, Client
from tests.builders import NOON, event, market
from tests.world import several


def explain(client: Client, market_id: str = "m1", portfolio_id: int = 1) -> dict[str, Any]:
    answer = client.get(f"/portfolios/{portfolio_id}/explain?market_id={market_id}")
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def test_what_was_traded(client: Client) -> None:
    client.create()
    client.world.run_cycle()
    found = explain(client)
    assert found["stage"] == "executed"
    assert found["signal"]["trade_id"]
    assert found["sentence"] == f"it was traded: {found['signal']['reason']}"


def test_what_had_no_size(client: Client) -> None:
    client.create(max_position_size=0.5)
    client.world.run_cycle()
    found = explain(client)
    assert found["stage"] == "sized"
    assert found["sentence"] == (
        "no size was left for it: cash 10000, invested 0 dollars, max_position_size 0.5, "
        "no max_total_exposure"
    )


@pytest.mark.parametrize(
    ("stage", "config", "changes", "said"),
    [
        (
            "liquidity",
            {"min_liquidity": 30000},
            {},
            "liquidity is 20000, the bound (min_liquidity) 30000",
        ),
        ("volume", {"min_volume": 200000}, {}, "volume is 100000, the bound (min_volume) 200000"),
        ("spread", {"max_spread": 0.005}, {}, "spread is 0.01, the bound (max_spread) 0.005"),
        (
            "time_to_end",
            {},
            {"end_date": NOON + timedelta(hours=12)},
            "time_to_end is 12, the bound (min_hours_to_end) 24",
        ),
        (
            "market_types",
            {"market_types": ["sports"]},
            {},
            "market_types is politics, the bound (market_types) sports",
        ),
        (
            "strategy_rule",
            {"min_drift": 0.05},
            {},
            "the rule of momentum did not choose it at yes 0.775, no 0.225: docs/strategies.md",
        ),
        ("not_tradable", {}, {"accepting_orders": False}, "it was closed, took no orders"),
    ],
)
def test_the_rule_that_stopped_it_with_its_numbers(
    client: Client, stage: str, config: Mapping[str, Any], changes: Mapping[str, Any], said: str
) -> None:
    client.create(strategy_config=config)
    client.world.exchange.events = [event(market(**changes))]
    client.world.run_cycle()
    found = explain(client)
    assert (found["stage"], found["signal"]) == (stage, None)
    assert found["sentence"].startswith(said)
    failed = [check["rule"] for check in found["checks"] if not check["passed"]]
    assert failed == ([stage] if found["checks"] and stage != "strategy_rule" else [])


def test_the_thresholds_of_the_cycle(client: Client) -> None:
    client.create()
    client.world.run_cycle(thresholds={"min_liquidity": 25000})
    found = explain(client)
    assert found["stage"] == "thresholds"
    assert "liquidity is 20000, the bound (min_liquidity) 25000" in found["sentence"]


def test_what_is_held_already_and_what_was_bought_in_the_cycle_itself(client: Client) -> None:
    client.create()
    client.world.run_cycle()
    client.world.clock.pass_time(hours=1)
    client.world.run_cycle()
    assert explain(client)["stage"] == "already_held"


def test_what_it_left_by_rule_lately(client: Client) -> None:
    client.create(strategy_config={"stop_loss_percentage": 0.1})
    client.world.run_cycle()
    client.world.reprice("0.60", "0.61")
    assert client.get("/portfolios/1/exits").json["exits"][0]["kind"] == "stop_loss"
    client.world.reprice("0.77", "0.78")
    client.world.run_cycle()
    found = explain(client)
    assert found["stage"] == "cooldown"
    assert "less than cooldown_hours (24) before" in found["sentence"]


def test_better_ones_took_the_free_positions(client: Client) -> None:
    client.create(max_positions=1)
    client.world.exchange.events = [event(*several(2))]
    client.world.run_cycle()
    stages = {explain(client, f"m{number}")["stage"] for number in (1, 2)}
    assert stages == {"executed", "emitted"}
    sentences = [explain(client, f"m{number}")["sentence"] for number in (1, 2)]
    assert "better ones took the 1 free of 1 positions" in sentences


def test_it_is_explained_as_of_the_cycle_whatever_happened_since(client: Client) -> None:
    client.create(max_positions=1)
    client.world.exchange.events = [event(*several(2))]
    client.world.run_cycle()
    before = explain(client, "m2")
    client.patch("/portfolios/1", {"max_positions": 9, "strategy_config": {"min_volume": 10**9}})
    client.world.clock.pass_time(minutes=5)
    [position] = client.get("/portfolios/1/positions").json["positions"]
    client.world.update_prices()
    client.post(f"/portfolios/1/positions/{position['position_id']}/close", BECAUSE)
    assert explain(client, "m2") == before


def test_a_portfolio_that_the_cycle_skipped(client: Client) -> None:
    client.create()
    world = client.world
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    client.patch("/portfolios/1", {"status": "archived"})
    world.signal(cycle_id, PortfolioId(1))
    found = explain(client)
    assert (found["stage"], found["checks"]) == ("not_run", [])
    assert (
        found["sentence"] == "the portfolio's part of the cycle is skipped: portfolio is archived"
    )


def test_a_portfolio_that_the_cycle_has_not_reached_yet(client: Client) -> None:
    client.create()
    client.world.filter(client.world.open_cycle())
    found = explain(client)
    assert found["stage"] == "not_run"
    assert found["sentence"] == "the portfolio's part of the cycle is pending"


def test_a_paused_portfolio_only_sells(client: Client) -> None:
    client.create(strategy_type="mean_reversion")
    world = client.world
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    client.post("/portfolios/1/pause", {"reason": "enough"})
    world.signal(cycle_id, PortfolioId(1))
    assert explain(client)["stage"] in {"paused", "not_run"}


def test_a_market_that_the_cycle_did_not_see(client: Client) -> None:
    client.create(strategy_config={"market_types": ["sports"]})
    client.world.run_cycle()
    client.world.exchange.events = [event(market(market_id=MarketId("m2")))]
    client.world.run_cycle()
    found = explain(client)
    assert (found["stage"], found["sentence"]) == (
        "not_listed",
        "the cycle's fetch did not list it",
    )


def test_a_tape_that_is_gone_explains_nothing(client: Client) -> None:
    client.create(strategy_config={"min_drift": 0.05})
    client.world.run_cycle()
    client.world.rows("UPDATE market_batches SET trimmed_at = now() RETURNING batch_id")
    assert explain(client)["stage"] == "tape_gone"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/portfolios/9/explain?market_id=m1", 404, "portfolio_not_found"),
        ("/portfolios/1/explain?market_id=m1", 404, "cycle_not_found"),
        ("/portfolios/1/explain", 422, "invalid_request"),
        ("/portfolios/1/explain?market_id=", 422, "invalid_request"),
    ],
)
def test_what_cannot_be_explained(client: Client, path: str, status: int, code: str) -> None:
    client.create()
    answer = client.get(path)
    assert (answer.status, answer.json["code"]) == (status, code)


def test_an_unknown_market(client: Client) -> None:
    client.create()
    client.world.run_cycle()
    answer = client.get("/portfolios/1/explain?market_id=m9")
    assert (answer.status, answer.json["code"]) == (404, "market_not_found")
