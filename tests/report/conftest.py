"""Portfolios that traded for weeks, read as the report reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal as D
from typing import Any

import pytest

from local.report.page import page
from local.report.reading import Ask, Reading, read
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import EventId, MarketId, Quote
from prescient.usecases import research
from prescient.usecases.research import ResearchRequest
from tests.api.client import BECAUSE, Client
from tests.builders import event, market
from tests.world import World

HARMFUL = '<script>document.title = "owned"</script><img src=x onerror=alert(1)>'
BY_LOT = f"By lot {HARMFUL}"
_BIDS = ("0.78", "0.76", "0.79", "0.70", "0.74", "0.80", "0.60", "0.82")


@pytest.fixture(scope="module")
def world(shared_database_url: str) -> Iterator[World]:
    """A momentum portfolio with flows, its twin without a stop, and one that buys by lot.

    Of their two markets one resolves.
    """
    with ExitStack() as resources:
        made = resources.enter_context(World(shared_database_url))
        client = Client(made)
        resources.callback(client.environment.close)
        _show(made, "0.78")
        _create(client)
        made.run_cycle()
        for day in range(36):
            made.clock.pass_time(days=1)
            _show(made, _BIDS[day % len(_BIDS)], has_resolved=day > 5)
            made.update_prices()
            if day == 10:
                _move(client, "deposit", 500)
            if day == 20:
                _move(client, "withdraw", 200)
        research.run(ResearchRequest(), made.context)
        yield made


def _show(world: World, bid: str, *, has_resolved: bool = False) -> None:
    """The exchange has two markets at this bid, and the second may have paid."""
    low, high = D(bid), D(bid) + D("0.02")
    middle = (low + high) / 2
    quoted = {"yes_price": middle, "no_price": 1 - middle, "quote": Quote(low, high)}
    paid = {"closed": True, "yes_price": D(1), "no_price": D(0)}
    question = f"Will it rain? {HARMFUL}"
    held = market(question=question, **quoted)
    ending = market(market_id=MarketId("m2"), **(quoted | paid if has_resolved else quoted))
    world.exchange.events = [event(held), event(ending, event_id=EventId("e2"))]
    world.exchange.order_books = {"11": OrderBook((Level(low, D(5000)),), (Level(high, D(900)),))}


def _create(client: Client) -> None:
    stop = {"stop_loss_percentage": 0.2}
    first = client.create(name=f"One & {HARMFUL}", strategy_config=stop)
    changed = {"key": "strategy_config.stop_loss_percentage", "value": None}
    cloned = client.post(
        f"/portfolios/{first}/clone", {"name": "Two", "changed": changed, **BECAUSE}
    )
    assert cloned.status == 200, cloned.text
    client.create(name=BY_LOT, strategy_type="random")


def _move(client: Client, route: str, amount: int) -> None:
    key = {"Idempotency-Key": route}
    answer = client.post(f"/portfolios/1/{route}", {"amount": amount, **BECAUSE}, headers=key)
    assert answer.status == 200, answer.text


@pytest.fixture(scope="module")
def ask(world: World) -> Iterator[Ask]:
    client = Client(world)

    def asked(path: str) -> Any:
        answer = client.get(path)
        assert answer.status == 200, answer.text
        return json.loads(answer.text)

    yield asked
    client.environment.close()


@pytest.fixture(scope="module")
def reading(world: World, ask: Ask) -> Reading:
    return read(ask, world.context.database, "")


@pytest.fixture(scope="module")
def html(reading: Reading) -> str:
    return page(reading)
