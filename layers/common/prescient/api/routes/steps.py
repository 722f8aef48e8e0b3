"""The steps of a cycle, one by one: filter, decide, execute, snapshot; and a price update."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from prescient.api.authorization import Scope
from prescient.api.context import Api
from prescient.api.requests.parameters import (
    AfterPortfolio,
    IdempotencyKey,
    PortfolioIdInQuery,
    SharedDepth,
    ThresholdsInQuery,
)
from prescient.api.responses.cycles import CycleStarted
from prescient.api.responses.steps import (
    EquityOfPortfolio,
    MarketsFiltered,
    PricesSummary,
    PricesUpdated,
    PriceUpdateStarted,
    SignalsExecuted,
    SignalsGenerated,
    SignalsOfPortfolio,
    SignalsSummary,
    SnapshotsTaken,
    StepAnswer,
    StepSummary,
    TradesOfPortfolio,
    TradesSummary,
    processed,
)
from prescient.api.routing import RouteTable
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.store import portfolios
from prescient.store.portfolios import PortfolioRow
from prescient.usecases import single_steps
from prescient.usecases.cycle_runs import CycleRun, CycleScope
from prescient.usecases.single_steps import PortfolioSteps
from prescient.usecases.support.functions import Step
from prescient.usecases.support.request_context import RequestContext

FILTER_ERRORS = (404, 409)
STEP_ERRORS = (404,)
TRADING = (PortfolioStatus.ACTIVE, PortfolioStatus.PAUSED)

SIGNALS, EXECUTION = "/strategy/generate-signals", "/paper-trading/execute-signals"
SNAPSHOT = "/paper-trading/snapshot"

routes = RouteTable("Steps")


def _step(
    path: str, answer: type[StepAnswer]
) -> Callable[[Callable[..., StepAnswer]], Callable[..., StepAnswer]]:
    """Declare a step of one portfolio, or of each active one."""
    return routes.route(
        ["GET", "POST"], path, scope=Scope.TRADE, answers={200: answer}, errors=STEP_ERRORS
    )


@routes.route(
    ["GET", "POST"],
    "/markets/filter",
    scope=Scope.TRADE,
    answers={200: MarketsFiltered, 202: CycleStarted},
    errors=FILTER_ERRORS,
)
def filter_markets(
    api: Api,
    thresholds: ThresholdsInQuery,
    portfolio_id: PortfolioIdInQuery = None,
    shared_depth: SharedDepth = None,
    idempotency_key: IdempotencyKey = None,
) -> tuple[MarketsFiltered | CycleStarted, int]:
    """Read the exchange and open a cycle, whose further steps are requests of their own.

    For one portfolio, or for all that trade. Answers 202 with the cycle's URL when it takes longer
    than the API can wait.
    """
    wanted = CycleRun(
        scope=CycleScope.FILTER,
        portfolio_id=None if portfolio_id is None else PortfolioId(portfolio_id),
        thresholds=thresholds,
        shared_depth=shared_depth,
        idempotency_key=idempotency_key,
    )
    cycle, found = single_steps.run_filter(wanted, api)
    if not found:
        return CycleStarted.of(cycle), 202
    return MarketsFiltered(
        message="Markets filtered",
        cycle_id=cycle.cycle_id,
        batch_id=found["batch_id"],
        markets=found["markets"],
        skipped=found["skipped"],
        portfolios=found["portfolios"],
        timestamp=api.now(),
    ), 200


@_step(SIGNALS, SignalsGenerated)
def generate_signals(
    api: Api, portfolio_id: PortfolioIdInQuery = None, after: AfterPortfolio = None
) -> SignalsGenerated:
    """Let a portfolio, or each active one, decide on the batch of its newest cycle.

    A second time nothing changes: a portfolio decides once a cycle. One that no cycle
    waits for is `skipped`: `/markets/filter` opens one.
    """
    done = _run(Step.SIGNAL, portfolio_id, after, api)
    results = [SignalsOfPortfolio.of(step) for step in done.done]
    return SignalsGenerated(
        **_around("Signals generated", SIGNALS, done, api),
        summary=SignalsSummary(
            portfolios_processed=processed(results),
            total_signals=sum(result.signals for result in results),
        ),
        portfolio_results=results,
    )


@_step(EXECUTION, SignalsExecuted)
def execute_signals(
    api: Api, portfolio_id: PortfolioIdInQuery = None, after: AfterPortfolio = None
) -> SignalsExecuted:
    """Execute the signals of a portfolio's newest cycle, or those of each active one's.

    A signal is executed once, however often this is asked. Where nothing waits to be executed the
    status is `no_signals`.
    """
    done = _run(Step.EXECUTE, portfolio_id, after, api)
    after_it = _as_they_are(done, api)
    results = [
        TradesOfPortfolio.of(step, after_it.get(step.portfolio.portfolio_id, step.portfolio))
        for step in done.done
    ]
    return SignalsExecuted(
        **_around("Paper trading execution completed", EXECUTION, done, api),
        summary=TradesSummary(
            portfolios_processed=processed(results),
            total_executed_trades=sum(result.executed_trades for result in results),
            total_failed_trades=sum(result.failed_trades for result in results),
        ),
        portfolio_results=results,
    )


@_step(SNAPSHOT, SnapshotsTaken)
def take_snapshots(
    api: Api, portfolio_id: PortfolioIdInQuery = None, after: AfterPortfolio = None
) -> SnapshotsTaken:
    """Record what a portfolio, or each active one, is worth, and end its part of its cycle."""
    done = _run(Step.SNAPSHOT, portfolio_id, after, api)
    results = [EquityOfPortfolio.of(step) for step in done.done]
    return SnapshotsTaken(
        **_around("Snapshots taken", SNAPSHOT, done, api),
        summary=StepSummary(portfolios_processed=processed(results)),
        portfolio_results=results,
    )


@routes.route(
    ["GET", "POST"],
    "/paper-trading/update-prices",
    scope=Scope.TRADE,
    answers={200: PricesUpdated, 202: PriceUpdateStarted},
)
def update_prices(api: Api) -> tuple[PricesUpdated | PriceUpdateStarted, int]:
    """Mark, settle and stop out what all portfolios hold, at the prices of now.

    Answers 202 when it takes longer than the API can wait.
    """
    found = single_steps.update_prices(api)
    if found is None:
        return PriceUpdateStarted(message="The price update goes on", url="/health"), 202
    summary = PricesSummary.model_validate(found)
    return PricesUpdated(message="Prices updated", summary=summary, timestamp=api.now()), 200


def _run(
    step: Step, portfolio_id: int | None, after: int | None, api: RequestContext
) -> PortfolioSteps:
    owner = None if portfolio_id is None else PortfolioId(portfolio_id)
    return single_steps.run_for(step, owner, None if after is None else PortfolioId(after), api)


def _as_they_are(done: PortfolioSteps, api: RequestContext) -> Mapping[PortfolioId, PortfolioRow]:
    """Return the portfolios after the step, but for what is no longer one that trades."""
    if not done.done:
        return {}
    first, last = (done.done[place].portfolio.portfolio_id for place in (0, -1))
    with api.database.reading() as session:
        rows = portfolios.list_by_status(session, TRADING, first_id=first, last_id=last)
    return {row.portfolio_id: row for row in rows}


def _around(message: str, path: str, done: PortfolioSteps, api: RequestContext) -> dict[str, Any]:
    """Return what every step answers beside its results."""
    following = None if done.is_last else f"{path}?after={done.done[-1].portfolio.portfolio_id}"
    return {"message": message, "next": following, "timestamp": api.now()}
