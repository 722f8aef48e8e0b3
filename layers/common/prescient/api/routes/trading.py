"""Running cycles: the answer has the results, or the URL of them where a cycle takes longer."""

from __future__ import annotations

from prescient.api.authorization import Scope
from prescient.api.context import Api
from prescient.api.errors import CycleFailed
from prescient.api.pages import Here, window
from prescient.api.requests.parameters import (
    LONGEST_PAGE,
    IdempotencyKey,
    PortfolioIdInQuery,
    SharedDepth,
    ThresholdsInQuery,
)
from prescient.api.responses.cycles import (
    AllPortfoliosAnswer,
    CycleStarted,
    CycleSummary,
    PortfolioCycleAnswer,
    result_shown,
    single_result_shown,
    url,
)
from prescient.api.routing import RouteTable
from prescient.core.deciding.cycles import CycleStatus
from prescient.core.errors import NoActivePortfolio, PortfolioNotActive
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import cycle_pages, portfolios
from prescient.store.cycle_pages import CycleResultRow, CycleSums
from prescient.store.cycles import CycleRow
from prescient.store.database import Session
from prescient.store.windows import Window
from prescient.usecases import cycle_runs
from prescient.usecases.cycle_runs import CycleRun, CycleScope
from prescient.usecases.support.opening import CycleParameters
from prescient.usecases.support.request_context import RequestContext

ERRORS = (404, 409, 422, 429)

routes = RouteTable("Trading")


@routes.route(
    ["GET", "POST"],
    f"/trading/{CycleScope.ONE_PORTFOLIO}",
    scope=Scope.TRADE,
    answers={200: PortfolioCycleAnswer, 202: CycleStarted},
    errors=ERRORS,
)
def run_portfolio_cycle(
    api: Api,
    thresholds: ThresholdsInQuery,
    portfolio_id: PortfolioIdInQuery = None,
    shared_depth: SharedDepth = None,
    idempotency_key: IdempotencyKey = None,
) -> tuple[PortfolioCycleAnswer | CycleStarted, int]:
    """Run a trading cycle for one portfolio: the first active one unless named.

    Thresholds tighten this cycle's market filter, never loosen a portfolio's own. Answers 202 with
    the cycle's URL when it takes longer than the API can wait.
    """
    wanted = CycleRun(
        scope=CycleScope.ONE_PORTFOLIO,
        portfolio_id=None if portfolio_id is None else PortfolioId(portfolio_id),
        thresholds=thresholds,
        shared_depth=shared_depth,
        idempotency_key=idempotency_key,
    )
    cycle = _run(wanted, api)
    if cycle.status is CycleStatus.RUNNING:
        return CycleStarted.of(cycle), 202
    return _one(cycle, api), 200


@routes.route(
    ["GET", "POST"],
    f"/trading/{CycleScope.ALL_PORTFOLIOS}",
    scope=Scope.TRADE,
    answers={200: AllPortfoliosAnswer, 202: CycleStarted},
    errors=ERRORS,
)
def run_all_portfolios(
    api: Api,
    thresholds: ThresholdsInQuery,
    shared_depth: SharedDepth = None,
    idempotency_key: IdempotencyKey = None,
) -> tuple[AllPortfoliosAnswer | CycleStarted, int]:
    """Run a trading cycle for all active portfolios, on one picture of the markets.

    Thresholds tighten this cycle's market filter, never loosen a portfolio's own. Answers 202 with
    the cycle's URL when it takes longer than the API can wait.
    """
    wanted = CycleRun(
        scope=CycleScope.ALL_PORTFOLIOS,
        thresholds=thresholds,
        shared_depth=shared_depth,
        idempotency_key=idempotency_key,
    )
    try:
        cycle = _run(wanted, api)
    except NoActivePortfolio:
        return _nothing_to_run(api), 200
    if cycle.status is CycleStatus.RUNNING:
        return CycleStarted.of(cycle), 202
    return _all(cycle, api), 200


def _run(wanted: CycleRun, api: RequestContext) -> CycleRow:
    """The cycle, ended or still running; raises `CycleFailed` besides what running it raises."""
    cycle = cycle_runs.run(wanted, api)
    if cycle.status is CycleStatus.FAILED:
        raise CycleFailed(cycle.error or "unknown error")
    return cycle


def _one(cycle: CycleRow, api: RequestContext) -> PortfolioCycleAnswer:
    with api.database.reading() as session:
        row = _only_result(session, cycle)
    return PortfolioCycleAnswer(
        message=f"Trading cycle {row.status} for portfolio {row.portfolio_id}",
        results=single_result_shown(row, cycle),
        timestamp=api.now(),
    )


def _only_result(session: Session, cycle: CycleRow) -> CycleResultRow:
    """Raises `PortfolioNotActive` for a portfolio that was paused before the filter admitted it."""
    results = cycle_pages.send_portfolio_results(session, cycle.cycle_id, Window(limit=1)).get()
    if results:
        return results[0]
    (portfolio_id,) = CycleParameters.model_validate(cycle.parameters).portfolio_ids or []
    portfolio = portfolios.get(session, portfolio_id)
    raise PortfolioNotActive(portfolio_id, portfolio.status)


def _all(cycle: CycleRow, api: RequestContext) -> AllPortfoliosAnswer:
    with api.database.snapshot(pipelined=True) as session:
        results = cycle_pages.send_portfolio_results(
            session, cycle.cycle_id, window(LONGEST_PAGE, None)
        )
        sums = cycle_pages.send_sums(session, cycle.cycle_id)
    here = Here(url(cycle.cycle_id), {"limit": str(LONGEST_PAGE)})
    page = here.page(results.get(), LONGEST_PAGE, lambda row: row.portfolio_id)
    return AllPortfoliosAnswer(
        message="Trading cycle completed for all portfolios",
        cycle_id=cycle.cycle_id,
        summary=CycleSummary.of(sums.get()),
        portfolio_results=[result_shown(row, cycle) for row in page.rows],
        next=page.next,
        timestamp=api.now(),
    )


def _nothing_to_run(api: RequestContext) -> AllPortfoliosAnswer:
    return AllPortfoliosAnswer(
        message="No active portfolios found",
        cycle_id=None,
        summary=CycleSummary.of(CycleSums(0, 0, 0, 0, 0)),
        timestamp=api.now(),
    )
