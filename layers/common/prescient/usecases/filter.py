"""Reads the exchange once a cycle and publishes what it saw as one batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from prescient.core.deciding.chunks import PortfolioIds, divided
from prescient.core.deciding.cycles import CycleKind, CycleStatus
from prescient.core.errors import InvalidRequest
from prescient.core.market.batches import BatchKind, LeftOut
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.polymarket.skip_reasons import SkipReason
from prescient.store import cycles, features, portfolios, savepoints, tape
from prescient.store.cycles import CycleRow
from prescient.store.database import Session
from prescient.store.pending import Pending
from prescient.store.portfolios import PortfolioRow
from prescient.store.tape import Sighting
from prescient.usecases.support import valuing
from prescient.usecases.support.batch_sharing import batch_to_use
from prescient.usecases.support.book_selection import BookSelection, select_books
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.fetching import Fetch, fetching
from prescient.usecases.support.market_needs import MarketNeeds, market_needs
from prescient.usecases.support.metrics import Measure
from prescient.usecases.support.opening import CycleParameters, open_cycle
from prescient.usecases.support.portfolio_step import may_run
from prescient.usecases.support.prefetch import Prefetched
from prescient.usecases.support.recording import Recording, recording
from prescient.usecases.support.storing import store_events, store_markets


class FilterRequest(BaseModel):
    """Without `cycle_id` a cycle of kind `manual` is opened first.

    `execution_name` is noted in the logs.
    """

    model_config = ConfigDict(extra="forbid")

    execution_name: str | None = None
    cycle_id: int | None = None


class FilterResult(BaseModel):
    """The portfolios to run, in chunks, and the batch on which all of them decide."""

    cycle_id: int
    batch_id: int
    chunks: list[PortfolioIds]
    portfolios: int
    markets: int
    skipped: int


class CycleWork(NamedTuple):
    """A cycle, the portfolios to run in it, and what they need of the markets."""

    cycle: CycleRow
    portfolio_ids: list[PortfolioId]
    needs: MarketNeeds


def run(request: FilterRequest, context: StepContext) -> FilterResult:
    """Fetch, store and publish; a failed fetch publishes nothing and leaves no rows.

    One filter fetches at a time. Where a recent batch covers what the cycle needs, nothing is
    fetched and the cycle decides on that batch. Raises `FilterBusy`.
    """
    work = _prepare(request, context)
    if work.cycle.batch_id is not None:
        return _answer(work.cycle, work.cycle.batch_id, context)
    listing = work.needs.listing(context.now())
    batch_id, is_complete = batch_to_use(work.needs.coverage(context.max_books), listing, context)
    if is_complete:
        now = context.now()
        with context.database.transaction() as session:
            _decide_on(session, batch_id, work, now, context)
        return _answer(work.cycle, batch_id, context)
    with (
        fetching(context, BatchKind.FILTER, work.cycle.cycle_id, batch_id) as fetch,
        recording(context, listing) as recorded,
    ):
        _load(fetch, recorded, context)
        unanswered = _load_held(fetch, context)
        selection = select_books(fetch.batch_id, work.needs, context)
        fetch.skipped[SkipReason.CONTRADICTED_BOOK.value] += selection.contradicted
        left_out = selection.left_out._replace(unanswered_markets=unanswered)
        _publish(fetch, work, selection, left_out, context)
    result = _answer(work.cycle, fetch.batch_id, context)
    context.metrics.add(Measure.BATCH_MARKETS, result.markets, batch=fetch.kind)
    return result


def _prepare(request: FilterRequest, context: StepContext) -> CycleWork:
    now = context.now()
    with context.database.transaction() as session:
        cycle_id = request.cycle_id
        if cycle_id is None:
            cycle_id = open_cycle(session, CycleParameters(kind=CycleKind.MANUAL), None, now)
        cycle = cycles.get(session, cycle_id)
        if cycle.status is CycleStatus.FAILED:
            raise InvalidRequest(f"cycle_id: cycle {cycle_id} has failed")
        runnable = _runnable(session, cycle)
    asked = CycleParameters.model_validate(cycle.parameters).thresholds
    portfolio_ids = [portfolio.portfolio_id for portfolio in runnable]
    divided(portfolio_ids, context.portfolios_per_chunk)  # refused before anything is fetched
    return CycleWork(cycle, portfolio_ids, market_needs(runnable, asked))


def _runnable(session: Session, cycle: CycleRow) -> list[PortfolioRow]:
    """The active portfolios and the paused that may sell, or those of them that are asked for."""
    wanted = CycleParameters.model_validate(cycle.parameters).portfolio_ids
    trading = portfolios.list_by_status(session, [PortfolioStatus.ACTIVE, PortfolioStatus.PAUSED])
    return [
        portfolio
        for portfolio in trading
        if may_run(portfolio) and (wanted is None or portfolio.portfolio_id in wanted)
    ]


def _load(fetch: Fetch, recorded: Recording, context: StepContext) -> None:
    """Store page after page, each in a transaction of its own, so that memory stays bounded."""
    pages = context.exchange.event_pages(
        liquidity_min=recorded.listing.liquidity_min,
        volume_min=recorded.listing.volume_min,
        end_date_min=recorded.listing.end_date_min,
    )
    with Prefetched(pages) as coming:
        for page in coming:
            with context.database.transaction() as session:
                store_events(session, fetch, page, recorded, coming.begin_next)


def _load_held(fetch: Fetch, context: StepContext) -> int:
    """Add what the listing left out and some portfolio holds; only its holders see it.

    Returns how many of these markets the exchange did not answer.
    """
    with context.database.transaction() as session:
        missing = tape.held_outside(session, fetch.batch_id)
    if not missing:
        return 0
    page = context.exchange.markets_by_id(missing)
    with context.database.transaction() as session:
        store_markets(session, fetch, page.markets, Sighting(page.fetched_at, listed=False))
    return len({*missing} - {market.market_id for market in page.markets})


def _publish(
    fetch: Fetch,
    work: CycleWork,
    selection: BookSelection,
    left_out: LeftOut,
    context: StepContext,
) -> None:
    batch_id, counters, now = fetch.batch_id, fetch.counters, context.now()
    with context.database.transaction() as session:
        selection.save(session, batch_id)
        watched = {*selection.market_ids, *tape.held_within(session, batch_id, work.needs.sellers)}
        features.compute(session, batch_id, watched, work.needs.lookbacks)
        published = tape.publish(session, batch_id, counters, now, left_out)
        holders = published.holders
        attempted = savepoints.attempt_sent(session, holders, partial(_send_totals, session, now))
        valued = valuing.note(session, holders, attempted)
        features.record_hours(session, batch_id)
        _decide_on(session, batch_id, work, now, context)
        cycles.record_counters(session, work.cycle.cycle_id, counters)
    valuing.record_failures(valued, fetch.kind, context.metrics)


def _decide_on(
    session: Session, batch_id: int, work: CycleWork, now: datetime, context: StepContext
) -> None:
    cycles.decide_on_batch(
        session,
        work.cycle.cycle_id,
        batch_id,
        work.portfolio_ids,
        now,
        shared_depth=_shares_depth(work.cycle, context),
    )


def _send_totals(
    session: Session, now: datetime, portfolio_ids: Sequence[PortfolioId]
) -> Pending[None]:
    portfolios.rewrite_totals(session, portfolio_ids, now)
    return Pending(lambda: None)


def _shares_depth(cycle: CycleRow, context: StepContext) -> bool:
    asked = CycleParameters.model_validate(cycle.parameters).shared_depth
    return context.shared_depth if asked is None else asked


def _answer(cycle: CycleRow, batch_id: int, context: StepContext) -> FilterResult:
    """A schedule that fires again after its cycle has ended finds no portfolio left to run."""
    with context.database.transaction() as session:
        batch = tape.get_batch(session, batch_id)
        portfolio_ids = cycles.enrolled(session, cycle.cycle_id)
    if cycle.status is CycleStatus.COMPLETED:
        portfolio_ids = []
    return FilterResult(
        cycle_id=cycle.cycle_id,
        batch_id=batch_id,
        chunks=divided(portfolio_ids, context.portfolios_per_chunk),
        portfolios=len(portfolio_ids),
        markets=batch.markets,
        skipped=batch.skipped,
    )
