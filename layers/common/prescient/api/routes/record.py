"""What a portfolio did and has: lists, newest first."""

from __future__ import annotations

from prescient.api.authorization import Scope
from prescient.api.context import Api
from prescient.api.pages import AskedFor, moment_cursor, of_portfolio, window
from prescient.api.requests.parameters import (
    USUAL_LIMIT,
    Limit,
    MarketIdInQuery,
    MomentCursor,
    NumberCursor,
    PortfolioIdInPath,
    PositionStatusInQuery,
    Since,
    Until,
)
from prescient.api.responses.positions import Position, PositionsAnswer
from prescient.api.responses.trades import Trade, TradesAnswer
from prescient.api.routing import RouteTable
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import positions, trades

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
        lambda session: positions.page(session, owner, wanted, status=status, market_id=market_id),
    )
    page = here.page(rows, limit, lambda row: row.position_id)
    return PositionsAnswer(
        message="Positions retrieved",
        positions=[Position.of(row, now) for row in page.rows],
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
