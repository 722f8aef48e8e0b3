"""DELETE /portfolios/{portfolio_id}."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.api.client import BECAUSE, Client, request, sample
from tests.builders import event
from tests.world import several

D = Decimal
OWNED = "SELECT attrelid::regclass::text AS name FROM pg_attribute WHERE attname = 'portfolio_id'"
WITHOUT_ADMIN = "prescient/read prescient/trade"


@pytest.fixture
def traded(client: Client) -> Client:
    """Two portfolios with positions in three markets, and a transfer from One to Two."""
    client.world.exchange.events = [event(*several(3))]
    for name in ("One", "Two"):
        client.create(name=name)
    client.world.run_cycle()
    client.world.update_prices()
    transfer = {"from_portfolio_id": 1, "to_portfolio_id": 2, "amount": 25, **BECAUSE}
    assert client.post("/portfolios/transfer", transfer).status == 200
    return client


def delete(client: Client, query: str, portfolio_id: int = 1, **options: Any) -> Any:
    return client.send(request("DELETE", f"/portfolios/{portfolio_id}{query}", **options))


def rows_of(client: Client, portfolio_id: int) -> dict[str, list[dict[str, Any]]]:
    """What there is of a portfolio, by table."""
    everything = client.world.everything()
    return {
        row["name"]: [
            owned for owned in everything[row["name"]] if owned["portfolio_id"] == portfolio_id
        ]
        for row in client.world.rows(OWNED)
        if row["name"] in everything
    }


def test_the_sample_event(client: Client) -> None:
    client.create(name="Aggressive Momentum")
    answer = client.send(sample("delete_portfolio"))
    assert (answer.status, answer.json) == (
        200,
        {"portfolio_id": 1, "message": "Portfolio deleted"},
    )
    assert client.get("/portfolios/1").status == 404
    assert client.send(sample("delete_portfolio")).status == 404


@pytest.mark.parametrize("query", ["?confirm=one", "?confirm=1", "?confirm=Two"])
def test_another_name_confirms_nothing(client: Client, query: str) -> None:
    client.create(name="One")
    answer = delete(client, query)
    assert (answer.status, answer.json["code"]) == (409, "not_confirmed")
    assert answer.rules == {"confirm": "is not the portfolio's name"}
    assert client.get("/portfolios/1").status == 200


@pytest.mark.parametrize("query", ["", "?confirm=One"])
def test_the_name_may_confirm(client: Client, query: str) -> None:
    client.create(name="One")
    assert delete(client, query).status == 200


def test_money_paid_in_and_out_is_no_obstacle(client: Client) -> None:
    client.create(name="One")
    for flow in ("deposit", "withdraw"):
        assert client.post(f"/portfolios/1/{flow}", {"amount": 5, **BECAUSE}).status == 200
    assert delete(client, "?confirm=One").status == 200
    assert client.world.breaks() == []


@pytest.mark.parametrize("past", ["trade", "transfer"])
def test_a_past_is_kept(client: Client, past: str) -> None:
    client.create(name="One")
    if past == "trade":
        client.world.run_cycle()
    else:
        client.create(name="Two")
        transfer = {"from_portfolio_id": 2, "to_portfolio_id": 1, "amount": 25, **BECAUSE}
        assert client.post("/portfolios/transfer", transfer).status == 200
    before = client.world.everything()
    answer = delete(client, "?confirm=One")
    assert (answer.status, answer.json["code"]) == (409, "has_history")
    assert answer.json["message"].endswith("has a trade or a transfer: archive it instead")
    assert client.world.everything() == before


def test_a_purge_removes_all_of_its_rows_and_no_others(traded: Client) -> None:
    two = rows_of(traded, 2)
    assert all(two[name] for name in ("trades", "portfolio_positions", "portfolio_equity"))
    assert delete(traded, "?confirm=One&purge=true").status == 200
    assert set(map(len, rows_of(traded, 1).values())) == {0}
    assert rows_of(traded, 2) == two
    held = D("300.00")
    assert traded.world.row("SELECT cost_basis FROM capital_in_use") == {"cost_basis": held}
    exposure = traded.world.row("SELECT sum(cost_basis) AS held FROM market_exposure")
    assert exposure == {"held": held}
    assert traded.world.breaks() == []


def test_the_rebalancing_log_keeps_the_names(traded: Client) -> None:
    assert delete(traded, "?confirm=One&purge=true").status == 200
    assert traded.world.row(
        """SELECT from_portfolio_id, from_name, to_portfolio_id, to_name, amount
        FROM portfolio_rebalancing_log"""
    ) == {
        "from_portfolio_id": None,
        "from_name": "One",
        "to_portfolio_id": 2,
        "to_name": "Two",
        "amount": D("25.00"),
    }


def test_a_purge_needs_the_admin_scope(traded: Client) -> None:
    before = traded.world.everything()
    answer = delete(traded, "?confirm=One&purge=true", scope=WITHOUT_ADMIN)
    assert (answer.status, answer.json["code"]) == (403, "forbidden")
    assert answer.json["message"] == "authorization: the token lacks the scope prescient/admin"
    assert traded.world.everything() == before


def test_without_a_purge_the_trade_scope_will_do(client: Client) -> None:
    client.create(name="One")
    assert delete(client, "?confirm=One&purge=false", scope="prescient/read").status == 403
    assert delete(client, "?confirm=One&purge=false", scope=WITHOUT_ADMIN).status == 200


def test_a_cycle_that_runs_goes_on_without_it(traded: Client) -> None:
    """Its portfolio is gone, which is that portfolio's failure alone."""
    world = traded.world
    cycle_id = world.open_cycle()
    assert world.filter(cycle_id).chunks == [[1, 2]]
    assert delete(traded, "?confirm=One&purge=true").status == 200
    assert world.filter(cycle_id).chunks == [[2]]
    assert world.close(cycle_id).status == "completed"
    assert world.breaks() == []
