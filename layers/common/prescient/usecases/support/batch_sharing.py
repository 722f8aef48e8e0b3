"""One filter reads the exchange at a time; a cycle soon after it decides on the same batch."""

from __future__ import annotations

from datetime import datetime, timedelta

from prescient.core.deciding.coverage import Coverage
from prescient.core.errors import FilterBusy
from prescient.core.market.batches import BatchKind, ListingFilter
from prescient.store import tape
from prescient.store.database import Session
from prescient.usecases.support.context import StepContext

LONGEST_FILTER = timedelta(seconds=200)
"""A batch that has been loading for longer belongs to a filter that died."""
POLL_SECONDS = 0.5
MOST_POLLS = 200


def batch_to_use(
    coverage: Coverage, listing: ListingFilter, context: StepContext
) -> tuple[int, bool]:
    """Return a batch and whether it is complete, once no other filter is loading one.

    A complete batch is at most `batch_reuse` old and covers what the cycle needs; otherwise it is a
    new batch to fill. Raises `FilterBusy`.
    """
    for _ in range(MOST_POLLS):
        now = context.now()
        with context.database.transaction() as session:
            tape.lock_filters(session)
            found = _covering(session, coverage, now - context.batch_reuse)
            if found is not None:
                return found, True
            if not tape.is_loading(session, BatchKind.FILTER, now - LONGEST_FILTER):
                opened = tape.open_batch(
                    session,
                    BatchKind.FILTER,
                    now,
                    listing,
                    max_books=context.max_books,
                    fetched_for=coverage,
                )
                return opened, False
        context.sleep(POLL_SECONDS)
    raise FilterBusy("another cycle is reading the exchange; try again")


def _covering(session: Session, wanted: Coverage, since: datetime) -> int | None:
    for batch in tape.fetched_since(session, since):
        fetched_for = Coverage.model_validate(batch.fetched_for)
        all_books = batch.books_beyond_max == 0
        is_whole = not tape.held_outside(session, batch.batch_id)
        if is_whole and fetched_for.covers(wanted, all_books=all_books):
            return batch.batch_id
    return None
