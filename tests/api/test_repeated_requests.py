"""Requests that repeat: a key moves money once, and is one key wherever it comes."""

from __future__ import annotations

import threading
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.errors import StateMachineUnavailable
from prescient.core.portfolio.cash import Executor, Transfer
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.usecases import cash
from prescient.usecases.maintenance import MaintenanceRequest, Task
from prescient.usecases.maintenance import run as run_maintenance
from tests.api.client import BECAUSE, Answer, Client, portfolio, request
from tests.builders import NOON
from tests.sequences.killing import killer_installed
from tests.world import World

KEY = {"idempotency-key": "k"}
CLOSE = "/portfolios/1/positions/1/close"
DEPOSIT = "/portfolios/1/deposit"


def delete(client: Client, portfolio_id: int) -> Answer:
    return client.send(request("DELETE", f"/portfolios/{portfolio_id}?confirm=One"))


def at_once(
    client: Client, target: str, body: dict[str, Any], *, hangs: bool = False
) -> list[Answer]:
    """Four callers of their own send the same request; their cycles may hang."""
    callers = [Client(client.world, CYCLE_WAIT_SECONDS="0") for _ in range(4)]
    for caller in callers:
        caller.machine.hangs = hangs
    answers: list[Answer] = []
    start = threading.Barrier(len(callers))

    def send(caller: Client) -> None:
        start.wait()
        answers.append(caller.post(target, body, headers=KEY))

    threads = [threading.Thread(target=send, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for caller in callers:
        caller.environment.close()
    return answers


def test_a_keyed_partial_close_sells_once(pair: Client) -> None:
    """It sold 10 shares twice."""
    first, again = (pair.post(CLOSE, {"shares": 10, **BECAUSE}, headers=KEY) for _ in range(2))
    assert (first.status, first.json) == (again.status, again.json) == (200, first.json)
    assert first.json["shares_left"] == D("118.20")
    assert len(pair.world.rows("SELECT 1 FROM position_exits")) == 1
    assert pair.world.breaks() == []


def test_its_answer_is_the_first_ones_whatever_the_price_is_now(pair: Client) -> None:
    first = pair.post(CLOSE, BECAUSE, headers=KEY)
    pair.world.clock.pass_time(days=200)
    run_maintenance(MaintenanceRequest(tasks=frozenset({Task.RETENTION})), pair.world.context)
    pair.world.exchange.pages_before_failure = 0
    assert pair.post(CLOSE, BECAUSE, headers=KEY).json == first.json


@pytest.mark.parametrize(
    ("target", "body"),
    [(CLOSE, {"shares": 10, **BECAUSE}), (DEPOSIT, {"amount": 5, **BECAUSE})],
    ids=["close", "deposit"],
)
def test_requests_at_once_with_one_key_do_it_once(
    pair: Client, target: str, body: dict[str, Any]
) -> None:
    answers = at_once(pair, target, body)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    moved = pair.world.rows("SELECT 1 FROM cash_ledger WHERE kind IN ('manual', 'deposit')")
    assert len(moved) == 1
    assert pair.world.breaks() == []


def test_a_keyed_liquidation_is_done_once(pair: Client) -> None:
    change = {"status": "archived", "liquidate": True, "partial": True}
    pair.world.exchange.show(liquidity=D(5000))
    first = pair.patch("/portfolios/1", change, headers=KEY)
    assert first.json["liquidation"]["sold"][0]["shares"] == D("64.93")
    again = pair.patch("/portfolios/1", change, headers=KEY)
    assert again.json == first.json
    assert len(pair.world.rows("SELECT 1 FROM position_exits")) == 1


MONEY: list[tuple[str, dict[str, Any]]] = [
    (DEPOSIT, {"amount": 7, **BECAUSE}),
    ("/portfolios/2/deposit", {"amount": 5, **BECAUSE}),
    ("/portfolios/1/withdraw", {"amount": 5, **BECAUSE}),
    (
        "/portfolios/transfer",
        {"from_portfolio_id": 1, "to_portfolio_id": 2, "amount": 5, **BECAUSE},
    ),
    (
        "/portfolios/transfer",
        {"from_portfolio_id": 2, "to_portfolio_id": 1, "amount": 5, **BECAUSE},
    ),
    (CLOSE, {"shares": 5, **BECAUSE}),
    (CLOSE, BECAUSE),
    ("/portfolios/1/positions/1/write-off", {"reason": "r"}),
]


@pytest.mark.parametrize(("target", "body"), MONEY)
def test_a_money_key_with_other_content_is_a_conflict_everywhere(
    pair: Client, target: str, body: dict[str, Any]
) -> None:
    """A deposit of 7 with the key of one of 5 was answered as if it had been made."""
    assert pair.post(DEPOSIT, {"amount": "5.00", **BECAUSE}, headers=KEY).status == 200
    before = pair.world.everything()
    answer = pair.post(target, body, headers=KEY)
    assert (answer.status, answer.json["code"]) == (409, "idempotency_conflict")
    assert pair.world.everything() == before
    assert pair.post(DEPOSIT, {"amount": 5, **BECAUSE}, headers=KEY).status == 200


def test_a_change_with_the_key_of_a_deposit_is_a_conflict(pair: Client) -> None:
    pair.post(DEPOSIT, {"amount": 5, **BECAUSE}, headers=KEY)
    answer = pair.patch("/portfolios/1", {"name": "New"}, headers=KEY)
    assert (answer.status, answer.json["code"]) == (409, "idempotency_conflict")


def test_a_key_from_before_keys_were_kept_is_known_by_the_ledger(pair: Client) -> None:
    pair.post(DEPOSIT, {"amount": 5, **BECAUSE}, headers=KEY)
    pair.world.rows("DELETE FROM idempotency_keys RETURNING 1")
    other = pair.post(DEPOSIT, {"amount": 7, **BECAUSE}, headers=KEY)
    assert (other.status, other.json["code"]) == (409, "idempotency_conflict")
    assert pair.post(DEPOSIT, {"amount": 5, **BECAUSE}, headers=KEY).status == 200
    assert len(pair.world.rows("SELECT 1 FROM cash_ledger WHERE kind = 'deposit'")) == 1


@pytest.mark.parametrize("prefix", ["", "transfer:", "user:"])
def test_a_user_cannot_name_a_key_of_the_system(pair: Client, prefix: str) -> None:
    """A transfer with the key of today's rebalancing stopped it."""
    key = f"rebalancing:{NOON.date().isoformat()}:1:2"
    body = {"from_portfolio_id": 1, "to_portfolio_id": 2, "amount": "0.01", **BECAUSE}
    headers = {"idempotency-key": f"{prefix}{key}"}
    assert pair.post("/portfolios/transfer", body, headers=headers).status == 200
    wanted = Transfer(
        from_id=PortfolioId(1),
        to_id=PortfolioId(2),
        amount=D(50),
        key=key,
        reason="rebalancing",
        executed_by=Executor.SYSTEM,
    )
    for made in ([wanted], []):
        with pair.world.context.database.transaction() as session:
            assert cash.transfer_all(session, [wanted], NOON) == made
    assert pair.world.state(PortfolioId(2)).current_balance == D("10050.01")
    assert pair.world.breaks() == []


def test_a_request_that_was_refused_leaves_its_key_free(pair: Client) -> None:
    refused = pair.post("/portfolios/1/withdraw", {"amount": 99_999, **BECAUSE}, headers=KEY)
    assert refused.status == 409
    assert pair.post(DEPOSIT, {"amount": 5, **BECAUSE}, headers=KEY).status == 200


def test_a_keyed_create_of_a_portfolio_that_is_gone(client: Client) -> None:
    """It answered 200 with an id that was 404."""
    created = client.post("/portfolios/create", portfolio(), headers=KEY).json["portfolio_id"]
    assert delete(client, created).status == 200
    answer = client.post("/portfolios/create", portfolio(), headers=KEY)
    assert (answer.status, answer.json["code"]) == (410, "portfolio_deleted")
    assert answer.json["message"] == f"portfolio_id: portfolio {created} has been deleted since"
    other = client.post("/portfolios/create", portfolio(name="Two"), headers=KEY)
    assert other.status == 409


def test_a_keyed_deposit_into_a_portfolio_that_is_gone(client: Client) -> None:
    client.create()
    assert client.post(DEPOSIT, {"amount": 5, **BECAUSE}, headers=KEY).status == 200
    assert delete(client, 1).status == 200
    answer = client.post(DEPOSIT, {"amount": 5, **BECAUSE}, headers=KEY)
    assert (answer.status, answer.json["code"]) == (410, "portfolio_deleted")


@pytest.mark.parametrize("key", ["", " k", "a b", "ä", "x" * 256])
@pytest.mark.parametrize("target", [DEPOSIT, CLOSE])
def test_the_form_of_a_key_is_checked_and_named(offline: Client, target: str, key: str) -> None:
    answer = offline.post(target, {"amount": 5, **BECAUSE}, headers={"idempotency-key": key})
    assert answer.status == 422
    assert "1 to 255 visible characters" in answer.rules["idempotency-key"]


# Cycles

RUN_ALL = "/trading/run-all-portfolios"


def test_a_keyed_cycle_that_failed_in_passing_may_be_started_again(client: Client) -> None:
    """It answered the old failure for ever."""
    client.create()
    client.world.exchange.pages_before_failure = 0
    assert client.post(RUN_ALL, headers=KEY).json["code"] == "exchange_unavailable"
    assert client.post(RUN_ALL, headers=KEY).json["code"] == "exchange_unavailable"
    client.world.exchange.pages_before_failure = None
    done = client.post(RUN_ALL, headers=KEY)
    assert (done.status, done.json["cycle_id"]) == (200, 3)
    assert client.post(RUN_ALL, headers=KEY).json["cycle_id"] == 3, "it completed: as before"
    names = [name for name, _ in client.machine.started]
    assert len(names) == len(set(names)) == 3
    assert names[1:] == [f"{names[0]}-2", f"{names[0]}-3"]
    assert max(map(len, names)) <= 80
    assert client.world.state(PortfolioId(1)).trade_count == 1


@pytest.mark.parametrize(
    ("error", "starts_again"),
    [
        ("ExchangeUnavailable", True),
        ("DatabaseUnavailable", True),
        ("Lambda.TooManyRequestsException", True),
        ("States.Timeout", False),
        ("InvalidRequest", False),
        ("KeyError", False),
    ],
)
def test_only_a_passing_reason_starts_it_again(
    client: Client, error: str, starts_again: bool
) -> None:
    client.create()
    client.machine.hangs = True
    cycle_id = client.post(RUN_ALL, headers=KEY).json["cycle_id"]
    client.world.close(cycle_id, error={"Error": error, "Cause": "it was"})
    client.post(RUN_ALL, headers=KEY)
    assert len(client.machine.started) == 1 + starts_again


def test_two_that_start_it_again_at_once_start_one(client: Client) -> None:
    client.create()
    client.world.exchange.pages_before_failure = 0
    client.post(RUN_ALL, headers=KEY)
    answers = at_once(client, RUN_ALL, {}, hangs=True)
    assert {(answer.status, answer.json["cycle_id"]) for answer in answers} == {(202, 2)}
    assert len(client.world.rows("SELECT 1 FROM trading_cycles")) == 2


def test_a_start_that_was_refused_goes_on_with_its_own_cycle(client: Client) -> None:
    client.create()
    client.machine.refusal = StateMachineUnavailable("gone")
    client.post(RUN_ALL, headers=KEY)
    client.machine.refusal = None
    assert client.post(RUN_ALL, headers=KEY).json["cycle_id"] == 1


# Kills


def test_a_keyed_close_that_dies_at_any_statement_sells_once(database_url: str) -> None:
    """One share for each statement at which the connection dies."""
    with killer_installed() as killer:
        client = Client(World(database_url))
        client.create()
        client.world.run_cycle()
        statements = 0
        while True:
            headers = {"idempotency-key": f"k-{statements}"}
            killer._left = statements
            first = client.post(CLOSE, {"shares": 1, **BECAUSE}, headers=headers)
            came_so_far, killer._left = killer._left is None, None
            again = client.post(CLOSE, {"shares": 1, **BECAUSE}, headers=headers)
            assert (first.status in (200, 503), again.status) == (True, 200)
            statements += 1
            if not came_so_far:
                break
        assert statements > 10
        sold = client.world.row("SELECT count(*) AS n, sum(shares) AS shares FROM position_exits")
        assert sold == {"n": statements, "shares": D(statements)}
        assert client.world.breaks() == []
        client.environment.close()
        client.world.disconnect()
