"""What the tape records besides: events that no portfolio asks for, in a batch of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from prescient.core.market.batches import BatchKind, ListingFilter
from prescient.core.market.listed import Event, Market
from prescient.store import tape
from prescient.store.database import Session
from prescient.store.tape import Sighting
from prescient.usecases.support.context import StepContext


class Recording(NamedTuple):
    """A batch of what is listed beyond what is `needed`; nothing that trades reads it.

    Without a `batch_id` the settings ask for no more than the portfolios do.
    """

    needed: ListingFilter
    listing: ListingFilter
    batch_id: int | None

    def take_beyond(
        self, session: Session, events: Sequence[Event], fetched_at: datetime
    ) -> list[Market]:
        """Record the events that are not needed, and return the markets of the others."""
        if self.batch_id is None:
            return _markets(events)
        beyond = [event for event in events if not self.needed.admits(event)]
        sighting = Sighting(fetched_at, listed=False)
        tape.append(session, self.batch_id, _markets(beyond), sighting)
        return _markets(event for event in events if self.needed.admits(event))


@contextmanager
def recording(context: StepContext, needed: ListingFilter) -> Iterator[Recording]:
    """Record what the settings ask for beyond `needed`; if the block fails, it is undone.

    What was asked of the exchange is counted where the block counts it.
    """
    listing = needed.widened(context.record_min_liquidity, context.record_min_volume)
    if listing == needed:
        yield Recording(needed, listing, None)
        return
    now = context.now()
    with context.database.transaction() as session:
        batch_id = tape.open_batch(session, BatchKind.RECORDING, now, listing)
    try:
        yield Recording(needed, listing, batch_id)
    except Exception as error:
        with context.database.transaction() as session:
            tape.discard(session, batch_id, str(error), {})
        raise
    now = context.now()
    with context.database.transaction() as session:
        tape.complete(session, batch_id, {}, now)


def _markets(events: Iterable[Event]) -> list[Market]:
    return [market for event in events for market in event.markets]
