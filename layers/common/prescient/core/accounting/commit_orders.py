"""Whether a row that differs from the past is right in another order of what happened around it.

A transaction notes the time at which it began: those of about the same moment may have committed
the other way around.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import combinations
from typing import NamedTuple

from prescient.core.accounting.books_as_stored import Books
from prescient.core.accounting.findings import Break, Finding, Reason, Unseen
from prescient.core.accounting.past import Account, Moment, Prices, Published, Worth, changes

MOST_COMBINED = 4
"""More publications than these around one moment are taken in their order only."""

NAMES = (
    "balance",
    "total_invested",
    "open_positions",
    "trade_count",
    "entry_no",
    "total_profit_loss",
    "equity",
    "equity_at_bid",
)


class Around(NamedTuple):
    """The tape around a moment: prices before it, what was published near it, oldest first.

    `is_whole` is false where rows of the newest batch before it have been removed.
    """

    earliest: datetime
    latest: datetime
    before: Sequence[Published]
    near: Sequence[Published]
    is_whole: bool


def findings(moment: Moment, worth: Worth, books: Books, around: Around) -> Iterator[Finding]:
    """What is wrong with a row that differs from `worth`; nothing where a commit explains it.

    Transactions take the time before they commit: those of about the same moment may have
    happened in another order than their times say, so any order of them is right.
    """
    possible = list(_possible(books, around))
    if any(seen.is_told_by(moment.told) for seen in possible):
        return
    rule = f"6: %s of {moment.row}"
    in_cash = [seen for seen in possible if _agrees_in_cash(moment.told, seen)]
    if in_cash and not around.is_whole:
        if not any(_adds_up(moment.told, seen) for seen in in_cash):
            found = f"{moment.told.total_profit_loss} at {moment.told.equity}"
            yield Break(rule % "total_profit_loss and equity", moment.subject, found, "to add up")
        yield Unseen(f"6: {moment.row} at the marks of then", Reason.TAPE_GONE)
        return
    nearest = min([worth, *in_cash], key=lambda seen: _differences(moment.told, seen))
    told, expected = moment.told.values, nearest.values
    for name, found_value, wanted in zip(NAMES, told, expected, strict=True):
        if found_value is not None and found_value != wanted:
            yield Break(rule % name, moment.subject, str(found_value), str(wanted))


def _possible(books: Books, around: Around) -> Iterator[Worth]:
    """All states that orders of the entries and publications around a moment lead to."""
    ledger = changes(books)
    first = max(
        (n for n, change in enumerate(ledger, 1) if change.at <= around.earliest), default=0
    )
    last = next((n for n, change in enumerate(ledger) if change.at > around.latest), len(ledger))
    for seen in _subsets(around.near):
        prices = Prices()
        for row in (*around.before, *seen):
            prices.carry(row)
        account = Account.at_start(books)
        for n, change in enumerate(ledger[:last], 1):
            if n > first or (n == 1 and first == 0):
                yield account.worth
            account.apply(change, prices)
        yield account.worth


def _subsets(near: Sequence[Published]) -> Iterator[list[Published]]:
    batches = sorted({(row.at, row.batch_id) for row in near})
    if len(batches) > MOST_COMBINED:
        chosen: Iterable[tuple[tuple[datetime, int], ...]] = (
            tuple(batches[:count]) for count in range(len(batches) + 1)
        )
    else:
        chosen = (
            some for count in range(len(batches) + 1) for some in combinations(batches, count)
        )
    for some in chosen:
        yield [row for row in near if (row.at, row.batch_id) in some]


def _agrees_in_cash(told: Worth, seen: Worth) -> bool:
    return all(row in (None, own) for row, own in zip(told.in_cash, seen.in_cash, strict=True))


def _adds_up(told: Worth, seen: Worth) -> bool:
    """Profit = what was realized + what the equity has beyond cash and cost, at any marks."""
    if told.total_profit_loss is None:
        return True
    if seen.total_profit_loss is None:
        return False
    return told.equity - told.total_profit_loss == seen.equity - seen.total_profit_loss


def _differences(told: Worth, seen: Worth) -> int:
    return sum(
        row is not None and row != own for row, own in zip(told.values, seen.values, strict=True)
    )
