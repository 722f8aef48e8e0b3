"""Reads the exchange once a cycle and publishes what it saw as one batch."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from prescient.core.errors import InvalidRequest
from prescient.core.portfolios import PortfolioId, PortfolioStatus
from prescient.core.strategies import registry
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.steps.context import StepContext
from prescient.steps.cycle import CycleParameters, open_cycle
from prescient.steps.portfolio_step import may_run
from prescient.store import cycles, listings, portfolios, tape
from prescient.store.cycles import CycleRow
from prescient.store.database import Session
from prescient.store.portfolios import PortfolioRow


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


def run(request: FilterRequest, context: StepContext) -> FilterResult:
    """Fetch, store and publish; a failed fetch publishes nothing and leaves no rows."""
    cycle, runnable = _prepare(request, context)
    if cycle.batch_id is not None:
        return _answer(cycle, cycle.batch_id, context)
    now = context.now()
    with context.database.transaction() as session:
        batch_id = tape.open_batch(session, "filter", now)
    try:
        _load(batch_id, cycle, runnable, context)
        _publish(batch_id, cycle, runnable, context)
    except Exception as error:
        with context.database.transaction() as session:
            tape.discard(session, batch_id, str(error), context.exchange.take_counters())
        raise
    return _answer(cycle, batch_id, context)


def _prepare(request: FilterRequest, context: StepContext) -> tuple[CycleRow, list[PortfolioRow]]:
    now = context.now()
    with context.database.transaction() as session:
        cycle_id = request.cycle_id
        if cycle_id is None:
            cycle_id = open_cycle(session, CycleParameters(kind="manual"), None, now)
        cycle = cycles.get(session, cycle_id)
        if cycle.status == "failed":
            raise InvalidRequest(f"cycle_id: cycle {cycle_id} has failed")
        return cycle, _runnable(session, cycle)


def _runnable(session: Session, cycle: CycleRow) -> list[PortfolioRow]:
    """The active portfolios and the paused that may sell, or those of them that are asked for."""
    wanted = CycleParameters.model_validate(cycle.parameters).portfolio_ids
    trading = portfolios.list_by_status(session, [PortfolioStatus.ACTIVE, PortfolioStatus.PAUSED])
    return [
        one for one in trading if may_run(one) and (wanted is None or one.portfolio_id in wanted)
    ]


def _load(
    batch_id: int, cycle: CycleRow, runnable: Iterable[PortfolioRow], context: StepContext
) -> None:
    """Store page after page, each in a transaction of its own, so that memory stays bounded."""
    asked = CycleParameters.model_validate(cycle.parameters).thresholds
    configurations = _configurations(runnable)
    pages = context.exchange.event_pages(
        liquidity_min=_least(
            [one.min_liquidity for one in configurations], asked.event_min_liquidity
        ),
        volume_min=_least([one.min_volume for one in configurations], asked.event_min_volume),
    )
    for page in pages:
        with context.database.transaction() as session:
            listings.save_events(session, page.events, page.fetched_at)
            markets = [market for event in page.events for market in event.markets]
            tape.append(session, batch_id, markets, page.fetched_at)


def _publish(
    batch_id: int, cycle: CycleRow, runnable: Iterable[PortfolioRow], context: StepContext
) -> None:
    counters, now = context.exchange.take_counters(), context.now()
    with context.database.transaction() as session:
        tape.compute_features(session, batch_id, tape.LOOKBACKS)
        tape.publish(session, batch_id, counters, now)
        admitted = [one.portfolio_id for one in runnable]
        cycles.decide_on_batch(session, cycle.cycle_id, batch_id, admitted, now)


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


def _configurations(runnable: Iterable[PortfolioRow]) -> list[StrategyConfiguration]:
    """A portfolio whose configuration is broken fails alone, in its own signal step."""
    found = []
    for portfolio in runnable:
        try:
            found.append(registry.configuration(portfolio.strategy_type, portfolio.strategy_config))
        except InvalidRequest:
            continue
    return found


def _least(values: list[Decimal], asked: Decimal | None) -> Decimal | None:
    """What the exchange may leave out: less than any portfolio admits, or than the cycle asks.

    An event's liquidity and volume are at least those of each of its markets.
    """
    return max(min(values, default=Decimal(0)), asked or Decimal(0))
