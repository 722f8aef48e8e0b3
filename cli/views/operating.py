"""What operators ask for: cash, pauses, books, health."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..formats import money, plain
from ..tables import Facts, Part, Table, Text, number, prose, text

if TYPE_CHECKING:
    from .. import models


def moved(answer: models.CashMoved) -> Iterator[Part]:
    """The cash of each portfolio that a payment concerned, after it."""
    rows = [
        (plain(balance.portfolio_id), money(balance.current_balance)) for balance in answer.balances
    ]
    yield Text(answer.message)
    yield Table((number("id"), number("cash")), rows)


def paused(answer: models.PausedAll) -> Iterator[Part]:
    yield Text(f"{answer.portfolios} portfolios paused, by pause {answer.pause_id}")


def reactivated(answer: models.ReactivatedAll) -> Iterator[Part]:
    """How many trade again, and what keeps the others from it."""
    yield Text(f"{answer.portfolios} portfolios trade again, {answer.left} do not")
    if answer.first_left:
        rows = [(plain(left.portfolio_id), plain(left.obstacle)) for left in answer.first_left]
        yield Table((number("id"), prose("why")), rows, title="Still paused")


def prices(answer: models.PricesUpdated | models.PriceUpdateStarted) -> Iterator[Part]:
    """What a price update did, or that it goes on."""
    from .. import models

    if isinstance(answer, models.PriceUpdateStarted):
        yield Text("The price update goes on: prescient doctor says when it has ended")
        return
    summary = answer.summary
    yield Facts(
        [
            ("positions marked", plain(summary.positions)),
            ("markets", plain(summary.markets)),
            ("settled", plain(summary.settled)),
            ("sold by rule", plain(summary.exited)),
            ("stale marks", plain(summary.stale_marks)),
            ("flagged", plain(summary.flagged)),
            ("portfolios warned", plain(summary.warned)),
            ("portfolios paused", plain(summary.paused)),
        ],
        title=f"Batch {summary.batch_id}",
    )


def reconciled(answer: models.Reconciliation) -> Iterator[Part]:
    """Whether the books agree, and each row that does not."""
    if answer.reconciled:
        yield Text("Every number agrees with ledger, trades and tape.", "good")
    else:
        columns = (text("row"), prose("rule"), prose("found"), prose("expected"))
        rows = [
            (plain(row.subject), plain(row.rule), plain(row.found), plain(row.expected))
            for row in answer.breaks
        ]
        yield Table(columns, rows, title="What does not agree")
    if answer.notes:
        yield Table(
            (prose("rule"), number("rows"), prose("why")),
            [(plain(note.rule), plain(note.rows), plain(note.reason)) for note in answer.notes],
            title="What nothing is left to check with",
        )
