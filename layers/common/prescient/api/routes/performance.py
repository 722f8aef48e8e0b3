"""How portfolios did: their points, their days, their metrics, and one beside the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from prescient.api.authorization import Scope
from prescient.api.context import Api
from prescient.api.requests.parameters import (
    BeforeDay,
    ComparedIds,
    LongPageSize,
    PointCursor,
    PortfolioIdInPath,
    Since,
    SinceDay,
    Until,
)
from prescient.api.responses.comparison import ComparisonAnswer, ScorecardAnswer
from prescient.api.responses.performance import PerformanceAnswer
from prescient.api.responses.series import EquityAnswer, EquityPoint, HistoryAnswer, HistoryDay
from prescient.api.routing import RouteTable
from prescient.core.errors import ComparisonUnavailable
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import history, performance, portfolios
from prescient.store.history import PointRow

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

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
    original. It is computed from the days that have ended: it is the same until the next one ends,
    but for what is still held.
    """
    if api.compare is None:
        raise ComparisonUnavailable("this function compares nothing: research does")
    wanted = [PortfolioId(int(number)) for number in ids.split(",")]
    return ComparisonAnswer.model_validate(api.compare(api.database, wanted, api.now()))


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
    with api.database.snapshot() as session:
        portfolios.get(session, owner)
        row = performance.metrics(session, owner)
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
    portfolio_id: PortfolioIdInPath,
    *,
    limit: LongPageSize = 200,
    cursor: PointCursor = None,
    since: Since = None,
    until: Until = None,
) -> EquityAnswer:
    """List a portfolio's equity points, newest first, a page at a time."""
    owner = PortfolioId(portfolio_id)
    with api.database.snapshot() as session:
        portfolios.get(session, owner)
        rows = history.points(
            session, owner, limit + 1, before=_place(cursor), since=since, until=until
        )
    page, more = rows[:limit], None
    if len(rows) > limit:
        more = _link(
            owner, "equity", limit=limit, cursor=_cursor(page[-1]), since=since, until=until
        )
    shown = [EquityPoint.model_validate(row) for row in page]
    return EquityAnswer(message="Equity retrieved", points=shown, next=more)


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>/history",
    scope=Scope.READ,
    answers={200: HistoryAnswer},
    errors=(404, 422),
)
def list_history(
    api: Api,
    portfolio_id: PortfolioIdInPath,
    limit: LongPageSize = 200,
    before: BeforeDay = None,
    since: SinceDay = None,
) -> HistoryAnswer:
    """List a portfolio's days, newest first, a page at a time."""
    owner = PortfolioId(portfolio_id)
    with api.database.snapshot() as session:
        portfolios.get(session, owner)
        rows = history.days(session, owner, limit + 1, before=before, since=since)
    page, more = rows[:limit], None
    if len(rows) > limit:
        more = _link(owner, "history", limit=limit, before=page[-1].snapshot_date, since=since)
    shown = [HistoryDay.model_validate(row) for row in page]
    return HistoryAnswer(message="History retrieved", days=shown, next=more)


def _cursor(point: PointRow) -> str:
    return f"{(point.timestamp - _EPOCH) // _MICROSECOND}-{point.entry_no}"


def _place(cursor: str | None) -> tuple[datetime, int] | None:
    if cursor is None:
        return None
    microseconds, _, entry_no = cursor.partition("-")
    return _EPOCH + int(microseconds) * _MICROSECOND, int(entry_no)


def _link(owner: PortfolioId, page: str, **parameters: object) -> str:
    given = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in parameters.items()
        if value is not None
    }
    return f"/portfolios/{owner}/{page}?{urlencode(given)}"
