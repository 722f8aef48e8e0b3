"""An upgraded database trades on: what schema v1 held is marked, counted as held, and settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest

from local.postgres import migrations
from prescient.core.portfolio.portfolios import PortfolioId
from tests.api.client import BECAUSE, Client
from tests.builders import event
from tests.migrations.old_database import OldDatabase
from tests.world import World, several

DEFAULT = PortfolioId(1)
OPEN = "SELECT market_id, flag FROM portfolio_positions WHERE status = 'open' ORDER BY market_id"


@pytest.fixture
def world(old: OldDatabase) -> Iterator[World]:
    """100.00 each in m1, in m2 at an impossible price, and once in m3, long sold."""
    old.add("portfolio_state", balance="9800.00")
    old.buy(market_id="m1")
    old.buy(market_id="m2", entry_price="1.5")
    old.buy(market_id="m3", status="closed", exit_price="0.9", exit_timestamp="2026-01-06 12:00:00")
    old.upgrade()
    made = World(old.url)
    made.exchange.events = [event(*several(4))]
    yield made
    made.disconnect()


def test_what_it_held_is_marked(world: World) -> None:
    world.exchange.events = [
        event(*several(2, yes_price=D("0.90"), no_price=D("0.10"), quote=None))
    ]
    assert world.update_prices().positions == 2
    state = world.state(DEFAULT)
    # 129.03 shares at 0.90; those of m2 are unknown, and count with their cost
    assert (state.unrealized_pnl, state.total_value) == (D("16.13"), D("10016.13"))
    assert world.breaks() == []


def test_a_cycle_buys_what_it_does_not_hold(world: World) -> None:
    world.run_cycle()
    assert [row["market_id"] for row in world.rows(OPEN)] == ["m1", "m2", "m3", "m4"]
    assert world.state(DEFAULT).trade_count == 5
    assert world.breaks() == []


def test_what_resolves_is_paid_and_unknown_shares_stay(world: World) -> None:
    m1, m2, *others = several(4)
    ended: dict[str, Any] = {
        "closed": True,
        "yes_price": D(1),
        "no_price": D(0),
        "resolution_status": "resolved",
    }
    world.exchange.events = [event(replace(m1, **ended), replace(m2, **ended), *others)]
    assert world.update_prices().settled == 1
    assert world.state(DEFAULT).current_balance == D("9929.03")
    assert world.rows(OPEN) == [{"market_id": "m2", "flag": "unknown_shares"}]
    assert world.breaks() == []


@pytest.mark.parametrize("is_closed", [False, True])
def test_unknown_shares_can_be_written_off_whatever_their_market_shows(
    world: World, is_closed: bool
) -> None:
    """They can neither be sold nor paid, so their portfolio could never be archived."""
    end: dict[str, Any] = {"closed": True, "yes_price": D(1), "no_price": D(0)} if is_closed else {}
    world.exchange.events = [event(*several(2, **end))]
    world.update_prices()
    (position,) = world.rows("SELECT id FROM portfolio_positions WHERE shares IS NULL")
    client = Client(world)
    target = f"/portfolios/1/positions/{position['id']}"
    assert client.post(f"{target}/close", BECAUSE).json["message"].endswith("has unknown shares")
    answer = client.post(f"{target}/write-off", {"reason": "no shares follow from its price"})
    assert (answer.status, answer.json["shares"]) == (200, None)
    assert answer.json["realized_pnl"] == D("-100.00")
    closed = "SELECT status, shares, cost_basis, exit_price FROM portfolio_positions WHERE id = %s"
    assert world.row(closed, position["id"]) == {
        "status": "closed",
        "shares": D("0.000000"),
        "cost_basis": D("0.00"),
        "exit_price": D("0.000000"),
    }
    assert world.breaks() == []
    client.environment.close()
    world.disconnect()
    migrations.downgrade(world.database_url, "0015")
    migrations.upgrade(world.database_url)
    assert world.breaks() == []
