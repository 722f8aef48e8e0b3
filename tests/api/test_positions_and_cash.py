"""Closing by hand, moving cash, and the check of the books."""

from __future__ import annotations

import json
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from local.aws.function_log import functions_log_to
from tests.api.client import BECAUSE, Client, request, sample


def test_a_part_and_then_the_rest_is_closed(pair: Client) -> None:
    part = pair.send(sample("close_position"))
    assert part.status == 200
    # 10 × 0.77 = 7.70 for a basis of 100.00 × 10 / 128.20 = 7.80
    assert part.json == {
        "message": "Shares sold",
        "position_id": 1,
        "shares": D("10.00"),
        "shares_left": D("118.20"),
        "price": D("0.77"),
        "evidence": "quote",
        "quoted_at": "2026-03-01T12:00:00+00:00",
        "proceeds": D("7.70"),
        "fee": D("0.00"),
        "realized_pnl": D("-0.10"),
    }
    rest = pair.post("/portfolios/1/positions/1/close", BECAUSE)
    assert (rest.json["message"], rest.json["shares"]) == ("Position closed", D("118.20"))
    again = pair.post("/portfolios/1/positions/1/close", BECAUSE)
    assert (again.status, again.json["code"]) == (409, "position_closed")
    assert pair.world.breaks() == []


@pytest.mark.parametrize(
    ("target", "body", "status"),
    [
        ("/portfolios/1/positions/1/close", {"shares": 128.21, **BECAUSE}, 422),
        ("/portfolios/1/positions/1/close", {"shares": 0, **BECAUSE}, 422),
        ("/portfolios/1/positions/1/close", {"share": 1, **BECAUSE}, 422),
        ("/portfolios/2/positions/1/close", BECAUSE, 404),
        ("/portfolios/9/positions/1/close", BECAUSE, 404),
        ("/portfolios/1/deposit", {"amount": "NaN", **BECAUSE}, 422),
        ("/portfolios/1/deposit", {"amount": True, **BECAUSE}, 422),
        ("/portfolios/1/deposit", {"amount": 0.001, **BECAUSE}, 422),
        ("/portfolios/1/withdraw", {"amount": 9900.01, **BECAUSE}, 409),
        ("/portfolios/9/withdraw", {"amount": 1, **BECAUSE}, 404),
        (
            "/portfolios/transfer",
            {"from_portfolio_id": 1, "to_portfolio_id": 1, "amount": 1, **BECAUSE},
            422,
        ),
        (
            "/portfolios/transfer",
            {"from_portfolio_id": 1, "to_portfolio_id": 9, "amount": 1, **BECAUSE},
            404,
        ),
        ("/portfolios/transfer", {"from_portfolio_id": 1, "amount": 1, **BECAUSE}, 422),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    pair: Client, target: str, body: dict[str, Any], status: int
) -> None:
    before = pair.world.everything()
    assert pair.post(target, body).status == status
    assert pair.world.everything() == before


def test_a_transfer_with_a_key_moves_once(pair: Client) -> None:
    for _ in range(2):
        answer = pair.send(sample("transfer"))
        assert answer.status == 200
        assert answer.json["balances"] == [
            {"portfolio_id": 1, "current_balance": D("9649.50")},
            {"portfolio_id": 2, "current_balance": D("10250.50")},
        ]
    assert pair.world.breaks() == []


def test_deposit_and_withdrawal(pair: Client) -> None:
    paid_in = pair.send(sample("deposit")).json["balances"]
    assert paid_in == [{"portfolio_id": 1, "current_balance": D("10400.00")}]
    paid_out = pair.send(sample("withdraw")).json["balances"]
    assert paid_out == [{"portfolio_id": 1, "current_balance": D("9900.00")}]
    shown = pair.get("/portfolios/1").json["portfolio"]
    assert shown["total_profit_loss"] == D("-0.64")
    assert pair.world.breaks() == []


def test_reconcile_names_what_differs(pair: Client) -> None:
    assert pair.send(sample("reconcile")).json == {
        "message": "The books reconcile",
        "reconciled": True,
        "breaks": [],
        "notes": [],
    }
    pair.world.rows("UPDATE capital_in_use SET cost_basis = 5 RETURNING 1")
    answer = pair.send(sample("reconcile")).json
    assert answer["reconciled"] is False
    assert answer["breaks"] == [
        {
            "rule": "5: capital in use = cost basis of all open positions",
            "subject": "all portfolios",
            "found": "5.00",
            "expected": "100.00",
        }
    ]


def test_cash_can_leave_an_archived_portfolio_and_nothing_else_happens_to_it(
    client: Client,
) -> None:
    client.create(name="Old")
    client.create(name="New")
    assert client.patch("/portfolios/1", {"status": "archived"}).status == 200
    assert client.post("/portfolios/1/withdraw", {"amount": 4000, **BECAUSE}).status == 200
    transfer = {"from_portfolio_id": 1, "to_portfolio_id": 2, "amount": 6000, **BECAUSE}
    assert client.post("/portfolios/transfer", transfer).status == 200
    assert client.get("/portfolios/1").json["portfolio"]["current_balance"] == 0
    before = client.world.everything()
    back = {"from_portfolio_id": 2, "to_portfolio_id": 1, "amount": 1, **BECAUSE}
    refused = [
        client.post("/portfolios/transfer", back),
        client.post("/portfolios/1/deposit", {"amount": 1, **BECAUSE}),
        client.patch("/portfolios/1", {"name": "Older"}),
        client.patch("/portfolios/1", {"max_positions": 5}),
        client.patch("/portfolios/1", {"strategy_config": {"trade_amount": 5}}),
        client.patch("/portfolios/1", {"status": "archived", "tags": ["old"]}),
    ]
    codes = {(answer.status, answer.json["code"]) for answer in refused}
    assert codes == {(409, "portfolio_archived")}
    assert client.post("/portfolios/1/withdraw", {"amount": 1, **BECAUSE}).json["code"] == (
        "insufficient_balance"
    )
    assert client.world.everything() == before
    assert client.world.breaks() == []


@pytest.mark.parametrize(
    ("ids", "field"),
    [({"from_portfolio_id": 9}, "from_portfolio_id"), ({"to_portfolio_id": 9}, "to_portfolio_id")],
)
def test_a_transfer_names_the_side_that_does_not_exist(
    client: Client, ids: dict[str, int], field: str
) -> None:
    client.create()
    body = {"from_portfolio_id": 1, "to_portfolio_id": 1, "amount": 1, **ids, **BECAUSE}
    answer = client.post("/portfolios/transfer", body)
    assert (answer.status, answer.rules) == (404, {field: "no portfolio 9 exists"})


@pytest.mark.parametrize("target", ["/portfolios/1_0", "/portfolios/+1", "/portfolios/1.0"])
def test_an_id_is_read_as_it_is_written(client: Client, target: str) -> None:
    client.create()
    answer = client.get(target)
    assert (answer.status, answer.rules) == (422, {"portfolio_id": "must be a whole number"})


def test_who_moved_cash_and_why_is_kept(client: Client) -> None:
    client.create(name="One")
    client.create(name="Two")
    because = {"amount": 5, "reason": " for the books "}
    assert client.post("/portfolios/1/deposit", because).status == 200
    assert client.post("/portfolios/1/withdraw", {"amount": 5, **BECAUSE}).status == 200
    transfer = {"from_portfolio_id": 1, "to_portfolio_id": 2, "amount": 7, "reason": "evenly"}
    assert client.post("/portfolios/transfer", transfer).status == 200
    query = "SELECT kind, ordered_by, reason FROM cash_ledger ORDER BY portfolio_id, entry_no"
    assert [tuple(row.values()) for row in client.world.rows(query)] == [
        ("deposit", "someone", "for the books"),
        ("withdrawal", "someone", "for a test"),
        ("transfer_out", "someone", "evenly"),
        ("transfer_in", "someone", "evenly"),
    ]
    (shown,) = client.get("/transfers").json["transfers"]
    assert (shown["ordered_by"], shown["executed_by"]) == ("someone", "manual")
    newest = client.get("/portfolios/1/ledger").json["entries"][0]
    assert (newest["ordered_by"], newest["reason"]) == ("someone", "evenly")


def test_what_the_system_moves_nobody_ordered(pair: Client) -> None:
    row = pair.world.row("SELECT kind, ordered_by, reason FROM cash_ledger")
    assert row == {"kind": "buy", "ordered_by": None, "reason": None}


def test_who_changed_a_portfolio_last_is_kept(client: Client) -> None:
    client.create()
    query = "SELECT changed_by FROM portfolios"
    assert client.world.row(query) == {"changed_by": "someone"}
    event = request("PATCH", "/portfolios/1", {"name": "Renamed"})
    event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = "another"
    assert client.send(event).status == 200
    assert client.world.row(query) == {"changed_by": "another"}


def test_the_log_says_who_asked(offline: Client, tmp_path: Path) -> None:
    log = tmp_path / "functions.log"
    with functions_log_to(log):
        offline.get("/nowhere")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    (answered,) = [line for line in lines if line.get("message") == "request answered"]
    assert answered["caller"] == "someone"
