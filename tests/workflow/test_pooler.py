"""Behind a PgBouncer that lends two servers, a transaction at a time, all goes as without one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.aws.stack import Stack
from local.http_server import HttpServer
from tests.fixtures.pgbouncer import SERVERS
from tests.workflow.conftest import FaultyExchange
from tests.workflow.desk import Desk

ROUNDS, CONNECTIONS = 3, 5
BECAUSE = {"reason": "for a test"}
UPDATES = 10  # price updates a round
TRANSFER = {"from_portfolio_id": 1, "to_portfolio_id": 2, "amount": 70, **BECAUSE}
REQUESTS: Sequence[tuple[str, str, object]] = (
    ("GET", "/trading/cycles", None),
    ("GET", "/portfolios/1", None),
    ("GET", "/paper-trading/portfolio", None),
    ("GET", "/trading/cycles", None),
    ("GET", "/trading/cycles/1", None),
    ("POST", "/portfolios/1/deposit", {"amount": 100, **BECAUSE}),
    ("POST", "/portfolios/2/withdraw", {"amount": 50, **BECAUSE}),
    ("POST", "/portfolios/transfer", TRANSFER),
    ("PATCH", "/portfolios/3", {"description": "behind a pooler"}),
    ("POST", "/reconcile", None),
)


@pytest.fixture
def pooled(database_url: str, pooled_url: str, exchange: FaultyExchange) -> Iterator[Desk]:
    """The functions reach the database through the pooler; the observer does not."""
    with (
        HttpServer(exchange.respond) as http,
        Stack(pooled_url, http.url) as stack,
        Desk(database_url, stack, exchange.venue) as desk,
    ):
        yield desk


def test_cycles_price_updates_and_requests_at_once(pooled: Desk) -> None:
    assert pooled.run_cycle().status == "SUCCEEDED"
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        for _ in range(ROUNDS):
            cycle = threads.submit(pooled.run_cycle)
            updates = [threads.submit(pooled.update_prices) for _ in range(UPDATES)]
            answers = [threads.submit(answered, pooled, *asked) for asked in REQUESTS]
            assert cycle.result().status == "SUCCEEDED"
            assert all(update.result()["positions"] > 0 for update in updates)
            assert [answer.result() for answer in answers] == [*REQUESTS]
            assert close_a_position(pooled) == 200
            pooled.pass_time(days=1)
    assert pooled.reconciles()
    assert {row["status"] for row in pooled.rows("SELECT status FROM cycle_portfolios")} == {
        "completed"
    }
    assert 0 < servers(pooled) <= SERVERS


def answered(desk: Desk, method: str, target: str, body: object) -> tuple[str, str, object]:
    """The same again for an answer of success, else what was answered."""
    answer = desk.stack.call(method, target, body)
    succeeded = answer.status_code in (200, 201)
    return (method, target, body if succeeded else answer.get_data())


def close_a_position(desk: Desk) -> int:
    """Sell an open position by hand; the status of the answer."""
    held = desk.rows("SELECT portfolio_id, id FROM portfolio_positions WHERE status = 'open'")[0]
    target = f"/portfolios/{held['portfolio_id']}/positions/{held['id']}/close"
    return desk.stack.call("POST", target, BECAUSE).status_code


def servers(desk: Desk) -> int:
    """How many sessions the functions have, all together."""
    query = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()"""
    found: int = desk.row(query)["count"]
    return found
