"""GET and POST /trading/run-portfolio-cycle and /trading/run-all-portfolios."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from prescient.core.portfolio.portfolios import GlobalLimits, PortfolioId
from tests.api.client import Client, sample
from tests.world import World

D = Decimal
RUN_ONE = "/trading/run-portfolio-cycle"
RUN_ALL = "/trading/run-all-portfolios"


def test_a_cycle_for_one_portfolio(client: Client) -> None:
    client.create(name="One")
    client.create(name="Two")
    answer = client.send(sample("run_portfolio_cycle"))
    assert answer.status == 200
    assert answer.json["message"] == "Trading cycle completed for portfolio 1"
    results = answer.json["results"]
    assert results["success"] is True
    assert (results["portfolio_id"], results["portfolio_name"]) == (1, "One")
    assert (results["strategy_type"], results["status"]) == ("momentum", "completed")
    assert (results["signals_generated"], results["trades_executed"]) == (1, 1)
    assert results["rejections"] == {}
    assert results["funnel"]["emitted"] == 1
    assert next(iter(results["funnel"])) == "candidates"
    # $100 at the ask of 0.78 is worth 99.36 at the mark of 0.775.
    assert results["equity"] == D("9999.36")
    assert results["cycle_id"] == 1
    assert results["cycle_started"] == results["cycle_completed"] == "2026-03-01T12:00:00+00:00"
    assert client.world.state(PortfolioId(2)).trade_count == 0


def test_its_steps_say_what_each_did(client: Client) -> None:
    client.create()
    steps = client.get(f"{RUN_ONE}?portfolio_id=1").json["results"]["steps"]
    assert [(step["step"], step["status"]) for step in steps] == [
        ("filter", "completed"),
        ("signal", "completed"),
        ("execute", "completed"),
        ("snapshot", "completed"),
    ]
    assert steps[0]["details"] == {"batch_id": 1}
    assert steps[2]["details"] == {"trades_executed": 1, "rejections": {}}
    assert steps[3]["details"] == {"equity": D("9999.36")}


def test_rejections_are_results(database_url: str) -> None:
    world = World(database_url, GlobalLimits(total_capital=D("0.50")))
    client = Client(world)
    client.create()
    results = client.get(f"{RUN_ONE}?portfolio_id=1").json["results"]
    assert results["success"] is True
    assert (results["signals_generated"], results["trades_executed"]) == (1, 0)
    assert results["rejections"] == {"total_capital_cap": 1}
    client.environment.close()
    world.disconnect()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_an_id_the_first_active_portfolio_runs(client: Client, method: str) -> None:
    for name in ("a", "b", "c"):
        client.create(name=name)
    client.patch("/portfolios/1", {"status": "paused"})
    run = client.get if method == "GET" else client.post
    assert run(RUN_ONE).json["results"]["portfolio_id"] == 2


def test_without_any_active_portfolio(client: Client) -> None:
    answer = client.get(RUN_ONE)
    assert (answer.status, answer.json["code"]) == (404, "no_active_portfolio")
    answer = client.get(RUN_ALL)
    assert answer.status == 200
    assert answer.json["message"] == "No active portfolios found"
    assert answer.json["summary"]["portfolios_processed"] == 0
    assert answer.json["cycle_id"] is None
    assert client.machine.started == []


def test_an_unknown_and_a_paused_portfolio(client: Client) -> None:
    client.create()
    client.patch("/portfolios/1", {"status": "paused"})
    unknown = client.get(f"{RUN_ONE}?portfolio_id=9")
    assert (unknown.status, unknown.json["code"]) == (404, "portfolio_not_found")
    paused = client.get(f"{RUN_ONE}?portfolio_id=1")
    assert (paused.status, paused.json["code"]) == (409, "portfolio_not_active")
    assert client.machine.started == []
    assert client.world.rows("SELECT * FROM trading_cycles") == []


def test_a_cycle_for_all_portfolios(client: Client) -> None:
    for name in ("a", "b", "c"):
        client.create(name=name)
    client.patch("/portfolios/2", {"status": "paused"})
    client.patch("/portfolios/3", {"max_total_exposure": "0.50"})
    answer = client.send(sample("run_all_portfolios"))
    assert answer.status == 200
    assert answer.json["message"] == "Trading cycle completed for all portfolios"
    assert answer.json["summary"] == {
        "total_portfolios": 2,
        "portfolios_processed": 2,
        "successful_portfolios": 2,
        "failed_portfolios": 0,
        "skipped_portfolios": 0,
        "total_trades_executed": 1,
    }
    first, third = answer.json["portfolio_results"]
    assert (first["portfolio_name"], first["trades_executed"]) == ("a", 1)
    assert (third["portfolio_name"], third["equity"]) == ("c", D("10000.00"))


def test_a_portfolio_that_another_cycle_runs_is_skipped(client: Client) -> None:
    client.create(name="busy")
    client.create(name="free")
    busy = client.world.open_cycle()
    client.world.filter(busy)
    client.world.signal(busy, PortfolioId(1))
    answer = client.get(RUN_ALL)
    assert answer.status == 200
    assert answer.json["summary"]["skipped_portfolios"] == 1
    assert answer.json["summary"]["portfolios_processed"] == 1
    first = answer.json["portfolio_results"][0]
    assert (first["status"], first["success"]) == ("skipped", False)
    assert first["error"] == f"cycle {busy} runs this portfolio"
    assert [step["status"] for step in first["steps"]] == ["completed", *["skipped"] * 3]


def test_a_portfolio_that_failed_says_where(client: Client) -> None:
    client.create()
    client.world.rows("UPDATE portfolios SET strategy_type = 'gone' RETURNING 1")
    client.machine.hangs = True
    cycle_id = client.post(RUN_ONE).json["cycle_id"]
    client.world.filter(cycle_id)
    client.world.close(cycle_id)
    results = client.get(f"/trading/cycles/{cycle_id}").json["portfolio_results"]
    assert (results[0]["status"], results[0]["success"]) == ("failed", False)
    assert results[0]["error"] == "the cycle ended before this portfolio did"
    statuses = [step["status"] for step in results[0]["steps"]]
    assert statuses == ["completed", "failed", "skipped", "skipped"]


def test_thresholds_tighten_the_cycle(client: Client) -> None:
    client.create()
    query = "min_liquidity=30000&event_min_volume=1.5&max_market_conviction=0.9"
    results = client.get(f"{RUN_ONE}?{query}").json["results"]
    assert results["funnel"]["candidates"] == 0
    _, started = client.machine.started[0]
    assert started == {
        "kind": "api",
        "portfolio_ids": [1],
        "thresholds": {
            "event_min_volume": "1.5",
            "min_liquidity": "30000",
            "max_market_conviction": "0.9",
        },
    }


def test_absent_thresholds_ask_nothing(client: Client) -> None:
    client.create()
    client.get(RUN_ALL)
    assert client.machine.started == [("api-id-1", {"kind": "api", "thresholds": {}})]


@pytest.mark.parametrize("route", [RUN_ONE, RUN_ALL])
def test_a_request_may_say_whether_portfolios_share_depth(client: Client, route: str) -> None:
    client.create()
    for asked, shared in (
        ("", False),
        ("?shared_depth=true", True),
        ("?shared_depth=false", False),
    ):
        client.post(route + asked)
        assert client.get("/trading/cycles?limit=1").json["cycles"][0]["shared_depth"] is shared
    asked_for = [started.get("shared_depth") for _, started in client.machine.started]
    assert asked_for == [None, True, False]


BAD_QUERIES = [
    ("shared_depth=perhaps", "shared_depth", "must be true or false"),
    ("min_liquidity=abc", "min_liquidity", "must be a number"),
    ("min_liquidity=", "min_liquidity", "must be a number"),
    ("min_volume=-1", "min_volume", "must be at least 0"),
    ("min_volume=NaN", "min_volume", "must be a number"),
    ("event_min_volume=Infinity", "event_min_volume", "must be a number"),
    ("event_min_liquidity=1e999999", "event_min_liquidity", "must be a number"),
    ("min_market_conviction=1.1", "min_market_conviction", "must be at most 1"),
    (
        "min_market_conviction=0.7&max_market_conviction=0.6",
        "min_market_conviction",
        "nothing could trade",
    ),
    ("min_liqidity=5", "min_liqidity", "is not known"),
    ("min_liquidity=5&min_liquidity=6", "min_liquidity", "is given 2 times"),
]


@pytest.mark.parametrize("route", [RUN_ONE, RUN_ALL])
@pytest.mark.parametrize(("query", "field", "rule"), BAD_QUERIES)
def test_bad_thresholds_are_refused_by_name(
    offline: Client, route: str, query: str, field: str, rule: str
) -> None:
    answer = offline.get(f"{route}?{query}")
    assert answer.status == 422
    assert rule in answer.rules[field]


def test_parameters_in_a_body_are_not_overlooked(client: Client) -> None:
    client.create()
    answer = client.post(RUN_ALL, {"min_liquidity": 5})
    assert answer.status == 422
    assert "takes none" in answer.rules["body"]
    assert client.post(RUN_ALL, {}).status == 200


def test_a_portfolio_that_is_paused_before_the_filter_admits_it(client: Client) -> None:
    client.create()
    client.machine.hangs = True
    headers = {"idempotency-key": "k"}
    client.post(RUN_ONE, headers=headers)
    client.patch("/portfolios/1", {"status": "paused"})
    client.machine.run(*client.machine.started[0])
    answer = client.post(RUN_ONE, headers=headers)
    assert (answer.status, answer.json["code"]) == (409, "portfolio_not_active")


def test_what_one_cycle_bought_the_next_one_sees(client: Client) -> None:
    client.create()
    shown = client.world.exchange.events[0]
    assert client.post(RUN_ONE).json["results"]["trades_executed"] == 1
    client.world.exchange.events = [replace(shown)]
    funnel = client.post(RUN_ONE).json["results"]["funnel"]
    assert (funnel["strategy_rule"], funnel["already_held"], funnel["emitted"]) == (1, 0, 0)
    assert client.world.breaks() == []
