"""Portfolios: create, read, change, delete."""

from __future__ import annotations

from prescient.api.authorization import GrantedScopes, Scope, require_scope
from prescient.api.context import Api
from prescient.api.requests import (
    Confirmation,
    CreatePortfolio,
    IdempotencyKey,
    PortfolioIdInPath,
    PortfolioIdInQuery,
    Purge,
    UpdatePortfolio,
)
from prescient.api.responses import (
    PortfolioAnswer,
    PortfolioCreated,
    PortfolioDeleted,
    PortfoliosAnswer,
)
from prescient.api.routing import RouteTable
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.core.portfolio.positions import PositionStatus
from prescient.store import idempotency, portfolios
from prescient.usecases import portfolio_management
from prescient.usecases.support.context import RequestContext

CREATE_ROUTE = "POST /portfolios/create"
LISTED = (PortfolioStatus.ACTIVE, PortfolioStatus.PAUSED)

routes = RouteTable("Portfolios")


@routes.route(
    ["POST"],
    "/portfolios/create",
    scope=Scope.TRADE,
    answers={200: PortfolioCreated},
    errors=(400, 409, 422),
)
def create_portfolio(
    api: Api, body: CreatePortfolio, idempotency_key: IdempotencyKey = None
) -> PortfolioCreated:
    """Create a portfolio.

    Its strategy's configuration is checked key by key. With an Idempotency-Key a repetition finds
    the portfolio that the first request created.
    """
    now, request = api.now(), None
    if idempotency_key is not None:
        request = idempotency.Request.of(CREATE_ROUTE, idempotency_key, body.model_dump())
    portfolio_id = portfolio_management.create(api.database, body.portfolio(), request, now)
    return PortfolioCreated(portfolio_id=portfolio_id, message="Portfolio created successfully")


@routes.route(
    ["GET"],
    "/paper-trading/portfolio",
    scope=Scope.READ,
    answers={200: PortfoliosAnswer | PortfolioAnswer},
    errors=(404, 422),
)
def get_paper_trading_portfolio(
    api: Api, portfolio_id: PortfolioIdInQuery = None
) -> PortfoliosAnswer | PortfolioAnswer:
    """Read all portfolios that are not archived, or one of any status.

    With `portfolio_id` the answer is that of `GET /portfolios/{portfolio_id}`.
    """
    if portfolio_id is not None:
        return _portfolio(api, PortfolioId(portfolio_id), "Portfolio retrieved")
    now = api.now()
    with api.database.transaction() as session:
        rows = portfolios.list_by_status(session, LISTED)
    return PortfoliosAnswer.of(rows, now)


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>",
    scope=Scope.READ,
    answers={200: PortfolioAnswer},
    errors=(404, 422),
)
def get_portfolio(api: Api, portfolio_id: PortfolioIdInPath) -> PortfolioAnswer:
    """Read a portfolio with its open positions, newest first."""
    return _portfolio(api, PortfolioId(portfolio_id), "Portfolio retrieved")


@routes.route(
    ["PATCH"],
    "/portfolios/<portfolio_id>",
    scope=Scope.TRADE,
    answers={200: PortfolioAnswer},
    errors=(400, 404, 409, 422),
)
def update_portfolio(
    api: Api, portfolio_id: PortfolioIdInPath, body: UpdatePortfolio
) -> PortfolioAnswer:
    """Change a portfolio.

    Another configuration raises `config_version` and moves the stops and targets of the open
    positions. A status changes from active to paused and back; either can be archived once no
    position is open, or with `liquidate`, which sells them all at their latest bids, or none.
    """
    now, owner = api.now(), PortfolioId(portfolio_id)
    portfolio_management.change(api.database, owner, body.change(), now)
    return _portfolio(api, owner, "Portfolio updated successfully")


@routes.route(
    ["DELETE"],
    "/portfolios/<portfolio_id>",
    scope=Scope.TRADE,
    answers={200: PortfolioDeleted},
    errors=(404, 409, 422),
)
def delete_portfolio(
    api: Api,
    scopes: GrantedScopes,
    portfolio_id: PortfolioIdInPath,
    confirm: Confirmation,
    purge: Purge = False,
) -> PortfolioDeleted:
    """Delete a portfolio and all of its rows.

    One that has a trade or a transfer is archived instead, unless it is purged. The rebalancing log
    keeps the names.
    """
    if purge:
        require_scope(Scope.ADMIN, scopes)
    portfolio_management.delete(api.database, PortfolioId(portfolio_id), confirm, purge=purge)
    return PortfolioDeleted(portfolio_id=portfolio_id, message="Portfolio deleted")


def _portfolio(api: RequestContext, portfolio_id: PortfolioId, message: str) -> PortfolioAnswer:
    now = api.now()
    with api.database.snapshot() as session:
        row = portfolios.get(session, portfolio_id)
        positions = portfolios.positions(session, portfolio_id, PositionStatus.OPEN)
    return PortfolioAnswer.of(row, positions, message, now)
