"""Whether every number can be rebuilt from the ledger, the trades and the tape."""

from __future__ import annotations

from prescient.core.accounting.reconcile import (
    Break,
    breaks,
    mark_breaks,
    shared_breaks,
    transfer_breaks,
)
from prescient.store import reconcile
from prescient.store.database import Database, Session


def all_breaks(database: Database, limit: int = 100) -> list[Break]:
    """At most `limit` rows that break an invariant, over all portfolios; none when all is well.

    All of it is read as of one moment, so that portfolios may trade meanwhile.
    """
    with database.snapshot() as session:
        found = _breaks_over_all(session)
        for books in reconcile.all_books(session):
            found += breaks(books)
            if len(found) >= limit:
                break
    return found[:limit]


def _breaks_over_all(session: Session) -> list[Break]:
    exposure = shared_breaks(
        reconcile.held_by_market(session),
        reconcile.market_exposure(session),
        reconcile.capital_in_use(session),
    )
    transfers = transfer_breaks(reconcile.transfers(session))
    marks = mark_breaks(reconcile.marks_of_held(session))
    return [*exposure, *transfers, *marks]
