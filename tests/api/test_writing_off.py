"""Writing positions off: what never resolves, and nothing that is worth something yet."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from prescient.polymarket.clob_rows import ResolutionDetails
from tests.api.by_hand import go_dark, stored
from tests.api.client import Client, sample

WRITE_OFF = "/portfolios/1/positions/1/write-off"
ARCHIVE = {"status": "archived", "liquidate": True}
REASON = {"reason": "the oracle will never decide it"}


def never_resolves(client: Client) -> None:
    client.world.clock.pass_time(minutes=5)
    client.world.exchange.show(closed=True, yes_price=D(0), no_price=D(0), quote=None)
    client.world.update_prices()


def test_what_never_resolves_can_be_written_off_and_archived(holder: Client) -> None:
    never_resolves(holder)
    assert holder.patch("/portfolios/1", ARCHIVE).status == 409
    answer = holder.send(sample("write_off_position"))
    assert answer.status == 200
    assert answer.json == {
        "message": "Position written off",
        "position_id": 1,
        "shares": D("128.20"),
        "realized_pnl": D("-100.00"),
        "reason": "Closed at 0/0 in January; the oracle will not decide it",
    }
    assert holder.send(sample("write_off_position")).json == answer.json
    assert stored(holder.world) == {
        "kind": "write_off",
        "shares": D("128.200000"),
        "price": D(0),
        "evidence": None,
        "ordered_by": "2f1c8f0e-0000-4000-8000-000000000001",
        "reason": "Closed at 0/0 in January; the oracle will not decide it",
        "quoted_at": None,
        "matches": None,
    }
    shown = holder.patch("/portfolios/1", {"status": "archived"}).json["portfolio"]
    assert (shown["status"], shown["current_balance"]) == ("archived", D("9900.00"))
    assert (shown["realized_pnl"], shown["total_losing_trades"]) == (D("-100.00"), 1)
    assert holder.world.breaks() == []


def test_what_the_exchange_no_longer_lists_can_be_written_off(holder: Client) -> None:
    holder.world.exchange.events = []
    assert holder.post(WRITE_OFF, REASON).status == 200
    assert holder.world.breaks() == []


def test_what_was_bought_under_another_identity_can_be_written_off(holder: Client) -> None:
    holder.world.exchange.show(condition_id="0x2")
    assert holder.post(WRITE_OFF, REASON).status == 200
    assert holder.world.breaks() == []


@pytest.mark.parametrize(
    ("shown", "rule"),
    [
        ({}, "the market of position 1 takes orders; close it"),
        (
            {"closed": True, "yes_price": D(1), "no_price": D(0)},
            "the market of position 1 is resolved; the next price update pays it",
        ),
    ],
)
def test_what_is_worth_something_yet_is_not_written_off(
    holder: Client, shown: dict[str, Any], rule: str
) -> None:
    holder.world.exchange.show(**shown)
    before = holder.world.everything()
    answer = holder.post(WRITE_OFF, REASON)
    assert (answer.status, answer.json["message"]) == (409, f"position_id: {rule}")
    assert holder.world.everything() == before


@pytest.mark.parametrize(("confirmed", "status"), [(True, 409), (False, 200)])
def test_what_the_clob_says_ended_at_half_each_is_not_written_off(
    holder: Client, confirmed: bool, status: int
) -> None:
    """Its half was given up for nothing, as no price update had asked the CLOB yet."""
    exchange = holder.world.exchange
    exchange.show(closed=True, yes_price=D("0.5"), no_price=D("0.5"))
    exchange.resolutions = {"0x1": ResolutionDetails(None, is_fifty_fifty=confirmed)}
    assert holder.post(WRITE_OFF, REASON).status == status


def test_nothing_is_written_off_because_the_exchange_is_silent(holder: Client) -> None:
    go_dark(holder.world)
    assert holder.post(WRITE_OFF, REASON).status == 409


@pytest.mark.parametrize("body", [{}, {"reason": " "}, {"reason": "x" * 501}, {"reason": None}])
def test_a_write_off_needs_a_reason(holder: Client, body: dict[str, Any]) -> None:
    never_resolves(holder)
    answer = holder.post(WRITE_OFF, body)
    assert (answer.status, "reason" in answer.rules) == (422, True)


def test_a_write_off_needs_the_admin_scope(holder: Client) -> None:
    never_resolves(holder)
    answer = holder.post(WRITE_OFF, REASON, scope="prescient/read prescient/trade")
    assert answer.status == 403
    assert answer.json["message"] == "authorization: the token lacks the scope prescient/admin"
