"""GET /portfolios/{portfolio_id}/scorecard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from prescient.core.performance.scorecard import Subject
from prescient.usecases import scorecard
from tests.api.client import Client, sample
from tests.world import World


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    """Whose handler judges, as that of research does."""
    made = Client(world)
    made.handler._judge = scorecard.judge
    made._respond = made.handler.bound_to(made.environment)
    yield made
    made.environment.close()


def points(client: Client, portfolio_id: int = 1) -> dict[str, dict[str, Any]]:
    answer = client.get(f"/portfolios/{portfolio_id}/scorecard")
    assert answer.status == 200, answer.text
    return {point["subject"]: point for point in answer.json["points"]}


def trade(client: Client, days: int) -> None:
    client.create()
    client.create(name="By lot", strategy_type="random", strategy_config={"trade_amount": 50})
    client.world.run_cycle()
    for day in range(days):
        client.world.clock.pass_time(days=1)
        client.world.reprice(f"0.{70 + day % 9}", f"0.{71 + day % 9}")


def test_a_new_portfolio_has_every_point_and_is_not_worth_money_yet(client: Client) -> None:
    client.create()
    answer = client.send(sample("get_scorecard"))
    assert answer.status == 200
    assert answer.json["benchmark_id"] is None
    assert answer.json["sentence"].startswith("Not worth real money: ")
    found = points(client)
    assert list(found) == [subject.value for subject in Subject]
    assert found["days"]["says"] == "0 of at least 90"
    assert found["books_reconcile"]["colour"] == "green"
    assert found["difference_to_random"]["colour"] == "grey"


def test_its_numbers_are_those_of_the_portfolio(client: Client) -> None:
    trade(client, days=14)
    found = points(client)
    assert (found["days"]["number"], found["trades"]["number"]) == (14, 1)
    assert found["resolved_markets"]["number"] == 0
    assert 0 < found["max_drawdown"]["number"] < 0.01
    assert found["difference_to_random"]["number"] is not None
    itself = points(client, 2)
    assert itself["difference_to_random"]["says"] == "cannot be compared yet", "it is the benchmark"


def test_books_that_do_not_reconcile_are_a_red_point(client: Client) -> None:
    trade(client, days=2)
    client.world.rows("UPDATE portfolios SET realized_pnl = 5 WHERE portfolio_id = 1 RETURNING 1")
    answer = client.get("/portfolios/1/scorecard").json
    assert points(client)["books_reconcile"]["colour"] == "red"
    assert "books reconcile" in answer["sentence"]


def test_an_unknown_portfolio(client: Client) -> None:
    assert client.get("/portfolios/9/scorecard").status == 404
    assert client.get("/portfolios/1/scorecard", scope="prescient/trade").status == 403
