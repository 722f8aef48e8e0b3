"""What each list has, and what its filters choose of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.api.client import Client
from tests.api.lists import rows
from tests.builders import NOON

D = Decimal
OPEN = ("/portfolios/1/positions", "/portfolios/1/trades")


def ids(answer: dict[str, Any], name: str) -> list[Any]:
    """One value of each row of an answer."""
    return [row[name] for row in rows(answer)]


@pytest.mark.parametrize("path", OPEN)
def test_by_status_and_market(traded: Client, path: str) -> None:
    found = {
        status: rows(traded.get(f"{path}?status={status}").json) for status in ("open", "closed")
    }
    everything = rows(traded.get(path).json)
    assert len(found["open"]) + len(found["closed"]) == len(everything)
    assert len(found["closed"]) == 1
    for status, some in found.items():
        assert {row["status"] for row in some} == {status}
    market = everything[0]["market_id"]
    of_market = rows(traded.get(f"{path}?market_id={market}").json)
    assert {row["market_id"] for row in of_market} == {market}
    assert rows(traded.get(f"{path}?market_id=none").json) == []


@pytest.mark.parametrize(
    ("path", "name", "values"),
    [
        ("/portfolios/1/exits", "kind", ["manual", "settlement"]),
        ("/portfolios/1/ledger", "kind", ["buy", "manual", "transfer_out", "adjustment"]),
        ("/portfolios/1/signals", "status", ["executed", "rejected", "pending"]),
        ("/portfolios/1/funnels", "status", ["completed", "failed"]),
        ("/trading/cycles/1", "status", ["completed", "skipped"]),
    ],
)
def test_by_kind_or_status(traded: Client, path: str, name: str, values: list[str]) -> None:
    everything = rows(traded.get(path).json)
    for value in values:
        some = rows(traded.get(f"{path}?{name}={value}").json)
        assert some == [row for row in everything if row[name] == value]
    assert any(row[name] == values[0] for row in everything)


@pytest.mark.parametrize("path", ["/portfolios/1/exits", "/portfolios/1/signals"])
def test_by_market(traded: Client, path: str) -> None:
    market = rows(traded.get(path).json)[0]["market_id"]
    some = rows(traded.get(f"{path}?market_id={market}").json)
    assert some == [row for row in rows(traded.get(path).json) if row["market_id"] == market]


def test_the_ledger_is_where_every_cent_of_the_balance_comes_from(traded: Client) -> None:
    entries = traded.get("/portfolios/1/ledger").json["entries"]
    balance = traded.get("/portfolios/1").json["portfolio"]["current_balance"]
    assert entries[0]["balance_after"] == balance
    assert sum(entry["amount"] for entry in entries) == balance - 10_000
    assert [entry["entry_no"] for entry in entries] == [*range(len(entries), 0, -1)]


def test_transfers_of_all_or_of_one(traded: Client) -> None:
    assert ids(traded.get("/transfers").json, "amount") == [D("0.02"), D("0.01")]
    assert len(rows(traded.get("/transfers?portfolio_id=2").json)) == 2
    assert rows(traded.get("/transfers?portfolio_id=3").json) == []


def test_a_signal_says_what_came_of_it(traded: Client) -> None:
    executed = rows(traded.get("/portfolios/1/signals?status=executed").json)
    trades = rows(traded.get("/portfolios/1/trades").json)
    assert {row["trade_id"] for row in executed} == {row["trade_id"] for row in trades}
    assert all(row["reason"] and row["rejection"] is None for row in executed)


def test_a_funnel_narrows_from_the_candidates_to_what_was_emitted(traded: Client) -> None:
    [newest, *_] = traded.get("/portfolios/1/funnels").json["funnels"]
    counts = list(newest["funnel"].values())
    assert counts[0] == newest["funnel"]["candidates"] == 4
    assert newest["signals_generated"] == newest["funnel"]["emitted"] + newest["funnel"]["exits"]


def test_the_summary_of_a_cycle_is_over_all_its_portfolios(traded: Client) -> None:
    page = traded.get("/trading/cycles/1?limit=1").json
    whole = traded.get("/trading/cycles/1").json
    assert page["summary"] == whole["summary"]
    assert whole["summary"]["total_portfolios"] == len(whole["portfolio_results"]) == 3
    trades = sum(row["trades_executed"] for row in whole["portfolio_results"])
    assert whole["summary"]["total_trades_executed"] == trades > 0


@pytest.mark.parametrize(
    "path",
    [
        *OPEN,
        "/portfolios/1/equity",
        "/trading/cycles",
        "/portfolios/1/signals",
        "/portfolios/1/ledger",
        "/portfolios/1/funnels",
    ],
)
def test_by_time(traded: Client, path: str) -> None:
    middle = (NOON + timedelta(hours=12)).strftime("%Y-%m-%dT%H:%M:%SZ")
    later = rows(traded.get(f"{path}?from={middle}").json)
    earlier = rows(traded.get(f"{path}?to={middle}").json)
    assert later + earlier == rows(traded.get(path).json)
    assert earlier
    assert rows(traded.get(f"{path}?from={middle}&to={middle}").json) == []


def test_a_position_shows_what_a_trader_wants_to_know(traded: Client) -> None:
    position = traded.get("/portfolios/1/positions?status=open&limit=1").json["positions"][0]
    assert position["event_title"]
    assert position["end_date"]
    assert position["outcome"] == "Yes"
    assert position["bid"] < position["mark_price"] < position["ask"]
    assert position["quote_age_seconds"] == 0
    assert position["value"] == position["cost_basis"] + position["current_pnl"]
    assert position["total_pnl"] == position["current_pnl"] + position["realized_pnl"]
    cost = position["amount"] + position["fee"]
    assert abs(position["pnl_percent"] - 100 * position["total_pnl"] / cost) <= D("0.005")
    assert position["stop_loss_bid"] < position["bid"]
    assert position["reason"]
    assert D(0) < position["confidence"] <= 1


def test_a_closed_position_shows_how_it_ended(traded: Client) -> None:
    [position] = traded.get("/portfolios/1/positions?status=closed").json["positions"]
    now = ("bid", "ask", "mark_price", "quote_age_seconds", "value", "current_pnl")
    assert [position[name] for name in now] == [None] * len(now)
    assert position["total_pnl"] == position["realized_pnl"]
    assert position["exit_price"] is not None


@pytest.mark.parametrize(
    ("status", "ids"),
    [
        ("", [1, 2]),
        ("?status=all", [1, 2, 3]),
        ("?status=archived", [3]),
        ("?status=active", [1, 2]),
        ("?status=paused", []),
        ("?strategy_type=random", [2]),
        ("?tag=lab", [2]),
        ("?status=all&sort=-portfolio_id", [3, 2, 1]),
        ("?status=all&sort=name", [2, 1, 3]),
    ],
)
def test_portfolios_by_status_strategy_and_tag(traded: Client, status: str, ids: list[int]) -> None:
    listed = traded.get(f"/portfolios{status}").json["portfolios"]
    assert [row["portfolio_id"] for row in listed] == ids
