"""POST /reconcile."""

from __future__ import annotations

from tests.api.client import Client


def test_honest_books_reconcile(client: Client) -> None:
    client.create()
    client.world.run_cycle()
    answer = client.post("/reconcile")
    assert (answer.status, answer.json["reconciled"], answer.json["breaks"]) == (200, True, [])


def test_a_broken_row_is_named(client: Client) -> None:
    client.create()
    client.world.run_cycle()
    client.world.rows("UPDATE market_exposure SET cost_basis = 5 RETURNING 1")
    answer = client.post("/reconcile")
    assert (answer.status, answer.json["reconciled"]) == (200, False)
    assert answer.json["breaks"] == [
        {
            "rule": "5: market exposure = cost basis of its open positions",
            "subject": "market m1",
            "found": "5.00",
            "expected": "100.00",
        }
    ]
