"""How portfolios did: their points, their days, their metrics, and one beside the other."""

from __future__ import annotations

from prescient.api.authorization import Scope
from prescient.api.context import Api
from prescient.api.pages import AskedFor, moment_cursor, of_portfolio, window
from prescient.api.requests.parameters import (
    USUAL_LIMIT,
    ComparedIds,
    DayCursor,
    Limit,
    MomentCursor,
    PortfolioIdInPath,
    Since,
    SinceDay,
    Until,
    UntilDay,
)
from prescient.api.responses.comparison import ComparisonAnswer, ScorecardAnswer
from prescient.api.responses.performance import PerformanceAnswer
from prescient.api.responses.series import EquityAnswer, EquityPoint, HistoryAnswer, HistoryDay
from prescient.api.routing import RouteTable
from prescient.core.errors import ComparisonUnavailable
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import history, performance, portfolios

routes = RouteTable("Performance")


@routes.route(
    ["GET"],
    "/portfolios/compare",
    scope=Scope.READ,
    answers={200: ComparisonAnswer},
    errors=(404, 422),
)
def compare_portfolios(api: Api, ids: ComparedIds) -> ComparisonAnswer:
    """Compare portfolios over the days that they share.

    Two: the difference of their daily returns with its 95% interval, and in a sentence what it
    says. More: each beside the benchmark, with all trials counted, and each twin beside its
    original. As CSV it is a table with a line for each. It is computed from the days that have
    ended: it is the same until the next one ends, but for what is still held.
    """
    if api.compare is None:
        raise ComparisonUnavailable("this function compares nothing: research does")
    wanted = [PortfolioId(int(number)) for number in ids.split(",")]
    compared = api.compare(api.database, wanted, api.now())
    return ComparisonAnswer.model_validate(compared, from_attributes=True)


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>/scorecard",
    scope=Scope.READ,
    answers={200: ScorecardAnswer},
    errors=(404, 422),
)
def get_scorecard(api: Api, portfolio_id: PortfolioIdInPath) -> ScorecardAnswer:
    """Judge point by point whether a portfolio is worth real money.

    There is no grade of the whole: `sentence` names what speaks against it, however good the
    other points are.
    """
    if api.judge is None:
        raise ComparisonUnavailable("this function judges nothing: research does")
    judged = api.judge(api.database, PortfolioId(portfolio_id), api.now())
    return ScorecardAnswer.model_validate(judged)


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>/performance",
    scope=Scope.READ,
    answers={200: PerformanceAnswer},
    errors=(404, 422),
)
def get_performance(api: Api, portfolio_id: PortfolioIdInPath) -> PerformanceAnswer:
    """Read a portfolio's metrics, how good its probabilities were, and where its P&L came from.

    They are as of `calculated_at`, at most an hour ago while prices come.
    """
    owner = PortfolioId(portfolio_id)
    with api.database.reading() as session:
        row = performance.metrics(session, owner)
        if row is None:
            portfolios.get(session, owner)
    return PerformanceAnswer.of(owner, row)


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>/equity",
    scope=Scope.READ,
    answers={200: EquityAnswer},
    errors=(404, 422),
)
def list_equity(
    api: Api,
    here: AskedFor,
    portfolio_id: PortfolioIdInPath,
    *,
    limit: Limit = USUAL_LIMIT,
    cursor: MomentCursor = None,
    since: Since = None,
    until: Until = None,
) -> EquityAnswer:
    """List a portfolio's equity points, newest first."""
    owner, wanted = PortfolioId(portfolio_id), window(limit, cursor, since=since, until=until)
    rows = of_portfolio(api, owner, lambda session: history.points(session, owner, wanted))
    page = here.page(rows, limit, lambda row: moment_cursor(row.timestamp, row.entry_no))
    return EquityAnswer(
        message="Equity retrieved",
        points=[EquityPoint.model_validate(row) for row in page.rows],
        next=page.next,
    )


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>/history",
    scope=Scope.READ,
    answers={200: HistoryAnswer},
    errors=(404, 422),
)
def list_history(
    api: Api,
    here: AskedFor,
    portfolio_id: PortfolioIdInPath,
    *,
    limit: Limit = USUAL_LIMIT,
    cursor: DayCursor = None,
    since: SinceDay = None,
    until: UntilDay = None,
) -> HistoryAnswer:
    """List a portfolio's days, newest first."""
    owner, wanted = PortfolioId(portfolio_id), window(limit, cursor, since=since, until=until)
    rows = of_portfolio(api, owner, lambda session: history.days(session, owner, wanted))
    page = here.page(rows, limit, lambda row: row.snapshot_date)
    return HistoryAnswer(
        message="History retrieved",
        days=[HistoryDay.model_validate(row) for row in page.rows],
        next=page.next,
    )
