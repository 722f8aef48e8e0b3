"""What `make run` says at its end where the books do not reconcile."""

from __future__ import annotations

import psycopg
import pytest
from rich.console import Console

from local.aws.stack import Stack, StepFailed
from local.demo.books import books_reconcile
from tests.world import World


@pytest.fixture
def console() -> Console:
    return Console(record=True, width=200)


def test_a_broken_book_is_named_and_ends_the_run_unreconciled(
    database_url: str, console: Console
) -> None:
    with World(database_url) as world:
        world.portfolio()
    stack = Stack(database_url, None)
    assert books_reconcile(stack, console) is True
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE portfolios SET current_balance = current_balance + 1")
    assert books_reconcile(stack, console) is False
    assert "portfolio 1: 1: current_balance" in console.export_text()
    stack.dispatcher.close()


def test_another_failure_is_not_taken_for_broken_books(console: Console) -> None:
    stack = Stack("postgresql://nobody@127.0.0.1:1/none", None)
    with pytest.raises(StepFailed, match="DatabaseUnavailable"):
        books_reconcile(stack, console)
