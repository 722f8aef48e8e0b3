"""Whether every number can be rebuilt from the ledger, the trades and the tape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from prescient.core.accounting import commit_orders, past
from prescient.core.accounting.across_portfolios import (
    log_breaks,
    mark_breaks,
    shared_breaks,
    transfer_breaks,
)
from prescient.core.accounting.books_as_stored import Books
from prescient.core.accounting.cycle_counts import count_breaks
from prescient.core.accounting.entries import entry_findings
from prescient.core.accounting.equity_points import day_breaks, flow_breaks
from prescient.core.accounting.exits import exit_findings
from prescient.core.accounting.findings import Break, Finding, Reason, Unseen
from prescient.core.accounting.reconcile import breaks
from prescient.store import rebuilding, reconcile
from prescient.store.database import Database, Session


@dataclass(frozen=True, slots=True)
class Note:
    """How many rows a rule could not check, and why."""

    rule: str
    reason: str
    rows: int


@dataclass(slots=True)
class Reconciliation:
    """The rows that break an invariant, and those that nothing is left to check with."""

    breaks: list[Break] = field(default_factory=list)
    unseen: Counter[Unseen] = field(default_factory=Counter)

    @property
    def notes(self) -> list[Note]:
        return [
            Note(row.rule, row.reason, rows)
            for row, rows in sorted(
                self.unseen.items(), key=lambda item: (item[0].rule, item[0].reason)
            )
        ]


def run(database: Database, limit: int = 100) -> Reconciliation:
    """Check all portfolios; stop at the first `limit` rows that break an invariant.

    All of it is read as of one moment, so that portfolios may trade meanwhile.
    """
    with database.snapshot() as session:
        return check(session, limit)


def check(session: Session, limit: int) -> Reconciliation:
    """Do the same in the transaction of the session."""
    found = Reconciliation()
    found.breaks.extend(islice(_counted(_findings(session), found.unseen), limit))
    return found


def _counted(findings: Iterable[Finding], unseen: Counter[Unseen]) -> Iterator[Break]:
    for finding in findings:
        if isinstance(finding, Break):
            yield finding
        else:
            unseen[finding] += 1


def _findings(session: Session) -> Iterator[Finding]:
    yield from _over_all(session)
    for portfolio_ids in reconcile.portfolio_ids(session):
        books = reconcile.books(session, portfolio_ids)
        for owned in books:
            yield from breaks(owned)
        yield from _of_fills(session, portfolio_ids)
        yield from _of_the_past(session, books)


def _over_all(session: Session) -> Iterator[Break]:
    yield from shared_breaks(
        reconcile.held_by_market(session),
        reconcile.market_exposure(session),
        reconcile.capital_in_use(session),
    )
    yield from transfer_breaks(reconcile.transfers(session))
    yield from log_breaks(*rebuilding.transfers(session))
    yield from mark_breaks(reconcile.marks_of_held(session))


def _of_fills(session: Session, portfolio_ids: Sequence[int]) -> Iterator[Finding]:
    rules = rebuilding.closing_rules(session, portfolio_ids)
    for entry in rebuilding.entries(session, portfolio_ids):
        yield from entry_findings(entry, rules.get(entry.portfolio_id))
    for made in rebuilding.exits(session, portfolio_ids):
        yield from exit_findings(made)
    for counts in rebuilding.cycle_counts(session, portfolio_ids):
        yield from count_breaks(counts)


def _of_the_past(session: Session, books: Sequence[Books]) -> Iterator[Finding]:
    """Rows that differ are looked at again, in any order of what happened around them."""
    owners = {owned.portfolio_id: owned for owned in books}
    portfolio_ids = list(owners)
    told = rebuilding.moments(session, portfolio_ids)
    published = rebuilding.published(session, portfolio_ids)
    for moment, worth in past.differing(books, published, told):
        around = rebuilding.around(session, moment)
        yield from commit_orders.findings(moment, worth, owners[moment.portfolio_id], around)
    for flow in rebuilding.flows(session, portfolio_ids):
        yield from flow_breaks(flow)
    for day in rebuilding.days(session, portfolio_ids):
        yield from day_breaks(day)
    for _ in range(rebuilding.inherited_history(session, portfolio_ids)):
        yield Unseen("6: history", Reason.SCHEMA_V1)
