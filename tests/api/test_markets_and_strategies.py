"""GET /markets and /strategies: what there is to trade, and how it can be traded."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from prescient.core.market.markets import EventId
from prescient.core.strategies import registry
from tests.api.client import Client, sample
from tests.builders import event, market
from tests.world import World, several

D = Decimal


@pytest.fixture(scope="module")
def shown(shared_database_url: str) -> Iterator[Client]:
    """Two events of three markets, one of them closed, and two portfolios that hold the first."""
    with World(shared_database_url) as world:
        client = Client(world)
        sport = market(market_id="s1", question="Will they?")
        world.exchange.events = [
            event(*several(2)),
            event(sport, event_id=EventId("e2"), title="Sport", tags=("sports",)),
        ]
        client.create(name="One", strategy_config={"market_types": ["politics"]})
        client.create(name="Two", strategy_config={"market_types": ["politics"]})
        world.run_cycle()
        world.clock.pass_time(hours=1)
        world.update_prices()
        yield client
        client.environment.close()


def ids(client: Client, query: str) -> list[str]:
    return [row["market_id"] for row in client.get(f"/markets{query}").json["markets"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["m1", "m2", "s1"]),
        ("?event_id=e2", ["s1"]),
        ("?tag=politics", ["m1", "m2"]),
        ("?closed=true", []),
        ("?closed=false", ["m1", "m2", "s1"]),
        ("?cursor=m1&limit=1", ["m2"]),
    ],
)
def test_markets_by_event_tag_and_whether_they_are_closed(
    shown: Client, query: str, found: list[str]
) -> None:
    assert ids(shown, query) == found


def test_a_market_with_its_newest_prices(shown: Client) -> None:
    found = shown.get("/markets/m1").json["market"]
    assert (found["question"], found["event_title"], found["tags"]) == (
        "Will it?",
        "It",
        ["politics"],
    )
    assert (found["best_bid"], found["best_ask"], found["mark"]) == (
        D("0.77"),
        D("0.78"),
        D("0.775"),
    )
    assert (found["quote_age_seconds"], found["closed"]) == (0, False)
    assert found["liquidity"] == D("20000.00")


def test_the_tape_of_a_market_newest_first(shown: Client) -> None:
    page = shown.get("/markets/m1/history?limit=1").json
    rest = shown.get(page["next"]).json
    assert rest["next"] is None
    newest, first = page["observations"][0], rest["observations"][0]
    assert newest["timestamp"] > first["timestamp"]
    assert newest["mark"] == D("0.775")


def test_who_holds_a_market_and_what_it_costs_them(shown: Client) -> None:
    answer = shown.get("/markets/m1/exposure").json
    assert [row["portfolio_name"] for row in answer["holders"]] == ["One", "Two"]
    assert answer["exposure"] == sum(row["cost_basis"] for row in answer["holders"]) > 0
    nothing = shown.get("/markets/s1/exposure").json
    assert (nothing["exposure"], nothing["holders"]) == (0, [])


@pytest.mark.parametrize("path", ["", "/history", "/exposure"])
def test_an_unknown_market(shown: Client, path: str) -> None:
    answer = shown.get(f"/markets/m9{path}")
    assert (answer.status, answer.json["code"]) == (404, "market_not_found")


def test_every_strategy_with_its_keys_and_defaults(shown: Client) -> None:
    listed = shown.send(sample("list_strategies")).json["strategies"]
    assert [row["strategy_type"] for row in listed][:5] == list(registry.STRATEGIES)
    for row in listed:
        model = registry.find(row["strategy_type"]).configuration
        assert [key["key"] for key in row["keys"]] == list(model.model_fields)
        assert not any(key["is_required"] for key in row["keys"])


def test_the_defaults_make_the_same_configuration(shown: Client) -> None:
    for row in shown.get("/strategies").json["strategies"]:
        named = {key["key"]: _sent(key["default"]) for key in row["keys"]}
        built = registry.configuration(row["strategy_type"], named)
        assert built == registry.configuration(row["strategy_type"], {})


def _sent(value: Any) -> Any:
    """As JSON would bring it."""
    return tuple(value) if isinstance(value, list) else value


def test_a_strategy_with_the_schema_of_its_configuration(shown: Client) -> None:
    found = shown.send(sample("get_strategy")).json["strategy"]
    assert (found["strategy_type"], found["is_own"], found["sells"]) == ("momentum", False, False)
    assert found["json_schema"]["additionalProperties"] is False
    assert set(found["json_schema"]["properties"]) == {key["key"] for key in found["keys"]}
    assert shown.get("/strategies/mean_reversion").json["strategy"]["sells"] is True


def test_an_unknown_strategy(shown: Client) -> None:
    answer = shown.get("/strategies/astrology")
    assert (answer.status, answer.json["code"]) == (404, "strategy_not_found")
