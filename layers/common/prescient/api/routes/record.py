"""What a portfolio did and has: lists, newest first."""

from __future__ import annotations

from prescient.api.authorization import Scope
from prescient.api.context import Api
from prescient.api.pages import AskedFor, moment_cursor, of_portfolio, window
from prescient.api.requests.parameters import (
    USUAL_LIMIT,
    CyclePortfolioStatusInQuery,
    ExitKindInQuery,
    Limit,
    MarketIdInQuery,
    MomentCursor,
    NumberCursor,
    PortfolioIdInPath,
    PositionStatusInQuery,
    SignalStatusInQuery,
    Since,
    Until,
)
from prescient.api.responses.cycles import FunnelsAnswer, part_shown
from prescient.api.responses.positions import PositionsAnswer, position_shown
from prescient.api.responses.record import (
    Exit,
    ExitsAnswer,
    Signal,
    SignalsAnswer,
    Trade,
    TradesAnswer,
)
from prescient.api.routing import RouteTable
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import cycle_pages, exit_pages, positions, signal_pages, trades

routes = RouteTable("Record")


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>/positions",
    scope=Scope.READ,
    answers={200: PositionsAnswer},
    errors=(404, 422),
)
def list_positions(
    api: Api,
    here: AskedFor,
    portfolio_id: PortfolioIdInPath,
    *,
    status: PositionStatusInQuery = None,
    market_id: MarketIdInQuery = None,
    limit: Limit = USUAL_LIMIT,
    cursor: NumberCursor = None,
    since: Since = None,
    until: Until = None,
) -> PositionsAnswer:
    """List a portfolio's positions, open and closed, newest first; by when they were opened."""
    owner, now = PortfolioId(portfolio_id), api.now()
    wanted = window(limit, cursor, since=since, until=until)
    rows = of_portfolio(
        api,
        owner,
        lambda session: positions.send_page(
            session, owner, wanted, status=status, market_id=market_id
        ).get(),
    )
    page = here.page(rows, limit, lambda row: row.position_id)
    return PositionsAnswer(
        message="Positions retrieved",
        positions=[position_shown(row, now) for row in page.rows],
        next=page.next,
    )


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>/trades",
    scope=Scope.READ,
    answers={200: TradesAnswer},
    errors=(404, 422),
)
def list_trades(
    api: Api,
    here: AskedFor,
    portfolio_id: PortfolioIdInPath,
    *,
    status: PositionStatusInQuery = None,
    market_id: MarketIdInQuery = None,
    limit: Limit = USUAL_LIMIT,
    cursor: MomentCursor = None,
    since: Since = None,
    until: Until = None,
) -> TradesAnswer:
    """List a portfolio's trades, newest first."""
    owner, wanted = PortfolioId(portfolio_id), window(limit, cursor, since=since, until=until)
    rows = of_portfolio(
        api,
        owner,
        lambda session: trades.page(session, owner, wanted, status=status, market_id=market_id),
    )
    page = here.page(rows, limit, lambda row: moment_cursor(row.timestamp, row.number))
    return TradesAnswer(
        message="Trades retrieved",
        trades=[Trade.model_validate(row) for row in page.rows],
        next=page.next,
    )


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>/exits",
    scope=Scope.READ,
    answers={200: ExitsAnswer},
    errors=(404, 422),
)
def list_exits(
    api: Api,
    here: AskedFor,
    portfolio_id: PortfolioIdInPath,
    *,
    kind: ExitKindInQuery = None,
    market_id: MarketIdInQuery = None,
    limit: Limit = USUAL_LIMIT,
    cursor: MomentCursor = None,
    since: Since = None,
    until: Until = None,
) -> ExitsAnswer:
    """List what left a portfolio's positions, newest first."""
    owner, wanted = PortfolioId(portfolio_id), window(limit, cursor, since=since, until=until)
    rows = of_portfolio(
        api,
        owner,
        lambda session: exit_pages.page(session, owner, wanted, kind=kind, market_id=market_id),
    )
    page = here.page(rows, limit, lambda row: moment_cursor(row.timestamp, row.number))
    return ExitsAnswer(
        message="Exits retrieved",
        exits=[Exit.model_validate(row) for row in page.rows],
        next=page.next,
    )


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>/signals",
    scope=Scope.READ,
    answers={200: SignalsAnswer},
    errors=(404, 422),
)
def list_signals(
    api: Api,
    here: AskedFor,
    portfolio_id: PortfolioIdInPath,
    *,
    status: SignalStatusInQuery = None,
    market_id: MarketIdInQuery = None,
    limit: Limit = USUAL_LIMIT,
    cursor: MomentCursor = None,
    since: Since = None,
    until: Until = None,
) -> SignalsAnswer:
    """List what a portfolio decided, and what came of it, newest first."""
    owner, wanted = PortfolioId(portfolio_id), window(limit, cursor, since=since, until=until)
    rows = of_portfolio(
        api,
        owner,
        lambda session: signal_pages.page(
            session, owner, wanted, status=status, market_id=market_id
        ),
    )
    page = here.page(rows, limit, lambda row: moment_cursor(row.timestamp, row.number))
    return SignalsAnswer(
        message="Signals retrieved",
        signals=[Signal.model_validate(row) for row in page.rows],
        next=page.next,
    )


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>/funnels",
    scope=Scope.READ,
    answers={200: FunnelsAnswer},
    errors=(404, 422),
)
def list_funnels(
    api: Api,
    here: AskedFor,
    portfolio_id: PortfolioIdInPath,
    *,
    status: CyclePortfolioStatusInQuery = None,
    limit: Limit = USUAL_LIMIT,
    cursor: NumberCursor = None,
    since: Since = None,
    until: Until = None,
) -> FunnelsAnswer:
    """List what each cycle left of the markets for a portfolio, rule by rule, newest first."""
    owner, wanted = PortfolioId(portfolio_id), window(limit, cursor, since=since, until=until)
    rows = of_portfolio(
        api, owner, lambda session: cycle_pages.funnels(session, owner, wanted, status)
    )
    page = here.page(rows, limit, lambda row: row.cycle_id)
    return FunnelsAnswer(
        message="Funnels retrieved",
        funnels=[part_shown(row) for row in page.rows],
        next=page.next,
    )
