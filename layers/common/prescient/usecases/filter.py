"""Reads the exchange once a cycle and publishes what it saw as one batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from prescient.core.deciding.cycles import CycleKind, CycleStatus
from prescient.core.errors import InvalidRequest
from prescient.core.market.batches import BatchKind
from prescient.core.market.books import OrderBook
from prescient.core.market.markets import MarketId, Outcome
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.store import admission, books, cycles, features, listings, portfolios, tape
from prescient.store.admission import AdmittedMarket
from prescient.store.cycles import CycleRow
from prescient.store.database import Session
from prescient.store.portfolios import PortfolioRow
from prescient.store.tape import Sighting
from prescient.usecases.cycle import CycleParameters, open_cycle
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.fetching import Fetch, fetching
from prescient.usecases.support.market_needs import MarketNeeds, market_needs
from prescient.usecases.support.portfolio_step import may_run
from prescient.usecases.support.prefetch import prefetched

Side = tuple[MarketId, Outcome]


class FilterRequest(BaseModel):
    """Without `cycle_id` a cycle of kind `manual` is opened first."""

    model_config = ConfigDict(extra="forbid")

    cycle_id: int | None = None


class FilterResult(BaseModel):
    """The portfolios to run, and the batch on which all of them decide."""

    cycle_id: int
    batch_id: int
    portfolio_ids: list[PortfolioId]
    markets: int
    skipped: int


@dataclass(frozen=True, slots=True)
class CycleWork:
    """A cycle, the portfolios to run in it, and what they need of the markets."""

    cycle: CycleRow
    portfolio_ids: list[PortfolioId]
    needs: MarketNeeds


@dataclass(frozen=True, slots=True)
class Selection:
    """The markets that some configuration admits, deepest first, and the books of some of them."""

    market_ids: list[MarketId]
    books: Mapping[Side, OrderBook]
    books_fetched_at: datetime


def run(request: FilterRequest, context: StepContext) -> FilterResult:
    """Fetch, store and publish; a failed fetch publishes nothing and leaves no rows."""
    work = _prepare(request, context)
    if work.cycle.batch_id is not None:
        return _answer(work.cycle, work.cycle.batch_id, context)
    with fetching(context, BatchKind.FILTER, work.cycle.cycle_id) as fetch:
        _load(fetch.batch_id, work.needs, context)
        _load_held(fetch.batch_id, work.needs, context)
        selection = _select(fetch.batch_id, work.needs, context)
        _publish(fetch, work, selection, context)
    result = _answer(work.cycle, fetch.batch_id, context)
    context.metrics.add("BatchMarkets", result.markets, batch=fetch.kind)
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
    return CycleWork(
        cycle, [portfolio.portfolio_id for portfolio in runnable], market_needs(runnable, asked)
    )


def _runnable(session: Session, cycle: CycleRow) -> list[PortfolioRow]:
    """The active portfolios and the paused that may sell, or those of them that are asked for."""
    wanted = CycleParameters.model_validate(cycle.parameters).portfolio_ids
    trading = portfolios.list_by_status(session, [PortfolioStatus.ACTIVE, PortfolioStatus.PAUSED])
    return [
        portfolio
        for portfolio in trading
        if may_run(portfolio) and (wanted is None or portfolio.portfolio_id in wanted)
    ]


def _load(batch_id: int, needs: MarketNeeds, context: StepContext) -> None:
    """Store page after page, each in a transaction of its own, so that memory stays bounded."""
    pages = context.exchange.event_pages(
        liquidity_min=needs.least_liquidity,
        volume_min=needs.least_volume,
        end_date_min=needs.earliest_end(context.now()),
    )
    for page in prefetched(pages):
        markets = [market for event in page.events for market in event.markets]
        with context.database.transaction() as session:
            listings.save_events(session, page.events, page.fetched_at)
            tape.append(session, batch_id, markets, Sighting(page.fetched_at))


def _load_held(batch_id: int, needs: MarketNeeds, context: StepContext) -> None:
    """Add what the listing left out and a portfolio may have to sell; only its holders see it."""
    with context.database.transaction() as session:
        missing = tape.held_outside(session, batch_id, needs.sellers)
    if not missing:
        return
    page = context.exchange.markets_by_id(missing)
    with context.database.transaction() as session:
        listings.save_markets(session, page.markets, page.fetched_at)
        tape.append(session, batch_id, page.markets, Sighting(page.fetched_at, listed=False))


def _select(batch_id: int, needs: MarketNeeds, context: StepContext) -> Selection:
    """The markets that some portfolio may trade, and the books of the deepest of them."""
    admissions, thresholds = needs.admissions(context.now()), needs.thresholds
    with context.database.transaction() as session:
        markets = admission.admitted(session, batch_id, admissions, thresholds)
    sides = _sides(markets, context.max_books)
    fetched_at = context.now()
    found = context.exchange.books(list(sides))
    of_sides = {sides[token_id]: book for token_id, book in found.items()}
    return Selection([market.market_id for market in markets], of_sides, fetched_at)


def _sides(markets: Iterable[AdmittedMarket], max_books: int) -> dict[str, Side]:
    """What each token stands for: both outcomes of the first markets, as many as make `max_books`.

    One outcome alone could hide an arbitrage, or pretend one.
    """
    sides: dict[str, Side] = {}
    for market in markets:
        if market.yes_token_id is None or market.no_token_id is None:
            continue
        if len(sides) + 2 > max_books:
            break
        sides[market.yes_token_id] = (market.market_id, Outcome.YES)
        sides[market.no_token_id] = (market.market_id, Outcome.NO)
    return sides


def _publish(fetch: Fetch, work: CycleWork, selection: Selection, context: StepContext) -> None:
    batch_id, counters, now = fetch.batch_id, fetch.counters, context.now()
    with context.database.transaction() as session:
        books.save(session, batch_id, selection.books, selection.books_fetched_at)
        watched = {*selection.market_ids, *tape.held_within(session, batch_id, work.needs.sellers)}
        features.compute(session, batch_id, watched, work.needs.lookbacks)
        holders = tape.publish(session, batch_id, counters, now)
        portfolios.rewrite_totals(session, holders, now)
        features.record_hours(session, batch_id)
        cycles.decide_on_batch(session, work.cycle.cycle_id, batch_id, work.portfolio_ids, now)
        cycles.record_counters(session, work.cycle.cycle_id, counters)


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
        portfolio_ids=portfolio_ids,
        markets=batch.markets,
        skipped=batch.skipped,
    )
