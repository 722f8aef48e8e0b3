"""One batch of the tape in the making: it ends complete, or failed and without rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from prescient.core.market.batches import BatchKind
from prescient.polymarket.counters import CountersDocument
from prescient.store import cycles, tape
from prescient.store.database import Session
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.exchange import Exchange
from prescient.usecases.support.metrics import Measure, Metrics


@dataclass
class Fetch:
    """A batch that is loading, for the cycle `cycle_id` if it is a filter's.

    Where one transaction opens, fills and publishes it, `batch_id` is 0 until then.
    """

    batch_id: int
    kind: BatchKind
    cycle_id: int | None
    exchange: Exchange
    started_at: datetime
    skipped: Counter[str] = field(default_factory=Counter)

    def open(self, session: Session) -> None:
        """Open the batch in the transaction that fills it, so that a fetch costs one commit."""
        self.batch_id = tape.open_batch(session, self.kind, self.started_at)

    @cached_property
    def counters(self) -> CountersDocument:
        """What was asked of the exchange, and what was left out of the batch.

        Taken once: a publication that fails still needs it.
        """
        counters = self.exchange.take_counters()
        skipped = Counter(counters["skipped"]) + self.skipped
        return {**counters, "skipped": dict(sorted(skipped.items()))}


@contextmanager
def fetching(
    context: StepContext,
    kind: BatchKind,
    cycle_id: int | None = None,
    batch_id: int | None = None,
    *,
    opens_later: bool = False,
) -> Iterator[Fetch]:
    """Open a batch of this kind, which the block fills and publishes, under one deadline.

    `batch_id` is a batch that is open already; without it one is opened, or with `opens_later` by
    the block, in the one transaction that fills and publishes it. If the block fails, the batch
    keeps the error and its counters, and none of its rows.
    """
    fetch = Fetch(batch_id or 0, kind, cycle_id, context.exchange, context.now())
    context.exchange.take_counters()  # of what others asked before
    if batch_id is None and not opens_later:
        with context.database.transaction() as session:
            fetch.open(session)
    failed = True
    try:
        with context.exchange.one_deadline():
            yield fetch
        failed = False
    except Exception as error:
        _discard(fetch, str(error), context, is_open=not opens_later)
        raise
    finally:
        _record_metrics(fetch, context.metrics, failed=failed)


def _discard(fetch: Fetch, error: str, context: StepContext, *, is_open: bool) -> None:
    with context.database.transaction() as session:
        if not is_open:  # the transaction that opened it has been rolled back
            fetch.open(session)
        tape.discard(session, fetch.batch_id, error, fetch.counters)
        if fetch.cycle_id is not None:
            cycles.record_counters(session, fetch.cycle_id, fetch.counters)


def _record_metrics(fetch: Fetch, metrics: Metrics, *, failed: bool) -> None:
    counters, kind = fetch.counters, fetch.kind
    metrics.add(Measure.BATCH_FAILED, failed, batch=kind)
    metrics.add(Measure.EXCHANGE_CALLS, counters["calls"], batch=kind)
    metrics.add(Measure.EXCHANGE_RETRIES, counters["retries"], batch=kind)
    metrics.add(Measure.EXCHANGE_THROTTLED, counters["throttled"], batch=kind)
    metrics.add(Measure.EXCHANGE_BYTES, counters["bytes"], batch=kind)
    metrics.add(Measure.DUPLICATE_ROWS, counters["duplicates"], batch=kind)
    for reason, rows in counters["skipped"].items():
        metrics.add(Measure.SKIPPED_ROWS, rows, batch=kind, reason=reason)
