"""Reads the exchange once a cycle and publishes what it saw as one batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from prescient.core.errors import InvalidRequest
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
from prescient.usecases.support.market_needs import Demand, demand
from prescient.usecases.support.portfolio_step import may_run
from prescient.usecases.support.prefetch import ahead

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
class Task:
    """A cycle, the portfolios to run in it, and what they ask of the market picture."""

    cycle: CycleRow
    portfolio_ids: list[PortfolioId]
    demand: Demand


@dataclass(frozen=True, slots=True)
class Picked:
    """The markets that somebody admits, deepest first, and the books of some of them."""

    market_ids: list[MarketId]
    books: Mapping[Side, OrderBook]
    books_fetched_at: datetime


def run(request: FilterRequest, context: StepContext) -> FilterResult:
    """Fetch, store and publish; a failed fetch publishes nothing and leaves no rows."""
    task = _prepare(request, context)
    if task.cycle.batch_id is not None:
        return _answer(task.cycle, task.cycle.batch_id, context)
    with fetching(context, "filter", task.cycle.cycle_id) as fetch:
        _load(fetch.batch_id, task.demand, context)
        _load_held(fetch.batch_id, task.demand, context)
        picked = _pick(fetch.batch_id, task.demand, context)
        _publish(fetch, task, picked, context)
    result = _answer(task.cycle, fetch.batch_id, context)
    context.measures.add("BatchMarkets", result.markets, batch=fetch.kind)
    return result


def _prepare(request: FilterRequest, context: StepContext) -> Task:
    now = context.now()
    with context.database.transaction() as session:
        cycle_id = request.cycle_id
        if cycle_id is None:
            cycle_id = open_cycle(session, CycleParameters(kind="manual"), None, now)
        cycle = cycles.get(session, cycle_id)
        if cycle.status == "failed":
            raise InvalidRequest(f"cycle_id: cycle {cycle_id} has failed")
        runnable = _runnable(session, cycle)
    asked = CycleParameters.model_validate(cycle.parameters).thresholds
    return Task(cycle, [one.portfolio_id for one in runnable], demand(runnable, asked))


def _runnable(session: Session, cycle: CycleRow) -> list[PortfolioRow]:
    """The active portfolios and the paused that may sell, or those of them that are asked for."""
    wanted = CycleParameters.model_validate(cycle.parameters).portfolio_ids
    trading = portfolios.list_by_status(session, [PortfolioStatus.ACTIVE, PortfolioStatus.PAUSED])
    return [
        one for one in trading if may_run(one) and (wanted is None or one.portfolio_id in wanted)
    ]


def _load(batch_id: int, wanted: Demand, context: StepContext) -> None:
    """Store page after page, each in a transaction of its own, so that memory stays bounded."""
    pages = context.exchange.event_pages(
        liquidity_min=wanted.least_liquidity,
        volume_min=wanted.least_volume,
        end_date_min=wanted.earliest_end(context.now()),
    )
    for page in ahead(pages):
        markets = [market for event in page.events for market in event.markets]
        with context.database.transaction() as session:
            listings.save_events(session, page.events, page.fetched_at)
            tape.append(session, batch_id, markets, Sighting(page.fetched_at))


def _load_held(batch_id: int, wanted: Demand, context: StepContext) -> None:
    """Add what the listing left out and somebody may have to sell, for nobody else to see."""
    with context.database.transaction() as session:
        missing = tape.held_outside(session, batch_id, wanted.sellers)
    if not missing:
        return
    page = context.exchange.markets_by_id(missing)
    with context.database.transaction() as session:
        listings.save_markets(session, page.markets, page.fetched_at)
        tape.append(session, batch_id, page.markets, Sighting(page.fetched_at, listed=False))


def _pick(batch_id: int, wanted: Demand, context: StepContext) -> Picked:
    """The markets that somebody may trade, and the books of the deepest of them."""
    admissions, thresholds = wanted.admissions(context.now()), wanted.thresholds.of_markets()
    with context.database.transaction() as session:
        markets = admission.admitted(session, batch_id, admissions, thresholds)
    sides = _sides(markets, context.max_books)
    fetched_at = context.now()
    found = context.exchange.books(list(sides))
    of_sides = {sides[token_id]: book for token_id, book in found.items()}
    return Picked([one.market_id for one in markets], of_sides, fetched_at)


def _sides(markets: Iterable[AdmittedMarket], max_books: int) -> dict[str, Side]:
    """What each token stands for: both outcomes of the first markets, as many as make `max_books`.

    One outcome alone could hide an arbitrage, or pretend one.
    """
    sides: dict[str, Side] = {}
    for one in markets:
        if one.yes_token_id is None or one.no_token_id is None:
            continue
        if len(sides) + 2 > max_books:
            break
        sides[one.yes_token_id] = (one.market_id, Outcome.YES)
        sides[one.no_token_id] = (one.market_id, Outcome.NO)
    return sides


def _publish(fetch: Fetch, task: Task, picked: Picked, context: StepContext) -> None:
    batch_id, counters, now = fetch.batch_id, fetch.counters, context.now()
    with context.database.transaction() as session:
        books.save(session, batch_id, picked.books, picked.books_fetched_at)
        watched = {*picked.market_ids, *tape.held_within(session, batch_id, task.demand.sellers)}
        features.compute(session, batch_id, watched, task.demand.lookbacks)
        holders = tape.publish(session, batch_id, counters, now)
        portfolios.rewrite_totals(session, holders, now)
        features.record_hours(session, batch_id)
        cycles.decide_on_batch(session, task.cycle.cycle_id, batch_id, task.portfolio_ids, now)
        cycles.record_counters(session, task.cycle.cycle_id, counters)


def _answer(cycle: CycleRow, batch_id: int, context: StepContext) -> FilterResult:
    """A schedule that fires again after its cycle has ended finds nobody left to run."""
    with context.database.transaction() as session:
        batch = tape.get_batch(session, batch_id)
        portfolio_ids = cycles.admitted(session, cycle.cycle_id)
    if cycle.status == "completed":
        portfolio_ids = []
    return FilterResult(
        cycle_id=cycle.cycle_id,
        batch_id=batch_id,
        portfolio_ids=portfolio_ids,
        markets=batch.markets,
        skipped=batch.skipped,
    )
