"""GET /paper-trading/portfolio and GET /portfolios/{portfolio_id}."""

from __future__ import annotations

from decimal import Decimal

import pytest

from prescient.core.market.markets import EventId, MarketId
from tests.api.client import Client, sample
from tests.builders import event, market
from tests.world import several

D = Decimal


def test_one_portfolio_with_its_positions(client: Client) -> None:
    client.create(name="One", strategy_config={"stop_loss_percentage": 0.5})
    client.world.run_cycle()
    client.world.reprice("0.87", "0.89")
    answer = client.send(sample("get_portfolio"))
    assert answer.status == 200
    assert answer.json["message"] == "Portfolio retrieved"
    portfolio = answer.json["portfolio"]
    (position,) = portfolio["positions"]
    # $100 at the ask of 0.78: 128.20 shares for 100.00, marked at 0.88: 112.82.
    assert (portfolio["current_balance"], portfolio["total_invested"]) == (
        D("9900.00"),
        D("100.00"),
    )
    assert portfolio["total_value"] == D("10012.82")
    assert portfolio["unrealized_pnl"] == portfolio["total_profit_loss"] == D("12.82")
    assert (portfolio["trade_count"], portfolio["open_positions"]) == (1, 1)
    assert (position["market_id"], position["action"], position["status"]) == (
        "m1",
        "buy_yes",
        "open",
    )
    assert (position["shares"], position["amount"]) == (D("128.20"), D("100.00"))
    assert (position["entry_price"], position["mark_price"]) == (D("0.78"), D("0.88"))
    assert position["current_pnl"] == D("12.82")
    assert position["stop_loss_bid"] == D("0.38")
    assert answer.json["summary"] == {
        "total_value": D("10012.82"),
        "open_positions": 1,
        "total_invested": D("100.00"),
        "realized_pnl": D("0.00"),
        "unrealized_pnl": D("12.82"),
    }


def test_money_goes_out_as_numbers_with_two_decimals(client: Client) -> None:
    client.create(initial_balance=9500, max_position_size="20")
    text = client.get("/portfolios/1").text
    assert '"current_balance":9500.00,' in text
    assert '"max_position_size":20.00,' in text
    assert '"total_value":9500.00' in text


def test_both_routes_show_the_same(client: Client) -> None:
    client.create()
    assert (
        client.get("/paper-trading/portfolio?portfolio_id=1").json
        == client.get("/portfolios/1").json
    )


def test_the_configuration_is_shown_as_the_user_gave_it(client: Client) -> None:
    client.create(strategy_config={"min_confidence": "0.85", "market_types": ["politics"]})
    shown = client.get("/portfolios/1").json["portfolio"]
    assert shown["strategy_config"] == {"min_confidence": D("0.85"), "market_types": ["politics"]}


def test_what_the_limit_on_one_event_leaves_is_that_of_the_event_nearest_to_it(
    client: Client,
) -> None:
    world = client.world
    world.exchange.events = [
        event(*several(2), title="Both"),
        event(market(market_id=MarketId("m3")), event_id=EventId("e2"), title="Alone"),
    ]
    client.create(strategy_config={"max_event_exposure": "250.50"})
    client.create(name="Without")
    nothing_held = {"event_id": None, "event_title": None, "left": D("250.50")}
    assert client.get("/portfolios/1").json["portfolio"]["event_room"] == nothing_held
    world.run_cycle()
    two_held = {"event_id": "e1", "event_title": "Both", "left": D("50.50")}
    assert client.get("/portfolios/1").json["portfolio"]["event_room"] == two_held
    assert client.get("/portfolios/2").json["portfolio"]["event_room"] is None


def test_all_portfolios_that_are_not_archived(client: Client) -> None:
    for name in ("a", "b", "c"):
        client.create(name=name)
    client.patch("/portfolios/2", {"status": "paused"})
    client.patch("/portfolios/3", {"status": "archived"})
    client.world.run_cycle()
    answer = client.send(sample("get_paper_trading_portfolio"))
    assert answer.status == 200
    assert answer.json["message"] == "All portfolios retrieved"
    listed = answer.json["portfolios"]
    assert [(row["name"], row["status"]) for row in listed] == [
        ("a", "active"),
        ("b", "paused"),
    ]
    total = sum(row["total_value"] for row in listed)
    assert answer.json["summary"] == {
        "total_portfolios": 2,
        "active_portfolios": 1,
        "total_value_all_portfolios": total,
        "total_positions_all_portfolios": 1,
    }
    assert "positions" not in listed[0]


def test_no_portfolios(client: Client) -> None:
    answer = client.get("/paper-trading/portfolio")
    assert answer.json["portfolios"] == []
    assert '"total_value_all_portfolios":0.00' in answer.text


def test_an_archived_portfolio_can_still_be_read(client: Client) -> None:
    client.create()
    client.patch("/portfolios/1", {"status": "archived"})
    assert client.get("/portfolios/1").json["portfolio"]["status"] == "archived"


@pytest.mark.parametrize("target", ["/portfolios/9", "/paper-trading/portfolio?portfolio_id=9"])
def test_an_unknown_portfolio(client: Client, target: str) -> None:
    answer = client.get(target)
    assert (answer.status, answer.json["code"]) == (404, "portfolio_not_found")
    assert answer.json["message"] == "portfolio_id: no portfolio 9 exists"


@pytest.mark.parametrize("bad", ["0", "-1", "x", "1.5", "2147483648", "1,2", "true", "%20"])
@pytest.mark.parametrize("route", ["/portfolios/", "/paper-trading/portfolio?portfolio_id="])
def test_a_bad_id(offline: Client, route: str, bad: str) -> None:
    answer = offline.get(route + bad)
    assert answer.status == 422
    assert list(answer.rules) == ["portfolio_id"]
