"""Positions: closing by hand."""

from __future__ import annotations

from prescient.api.authorization import Scope
from prescient.api.context import Api
from prescient.api.requests import ClosePosition, PortfolioIdInPath, PositionIdInPath
from prescient.api.responses import PositionClosed
from prescient.api.routing import RouteTable
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.usecases import closing

routes = RouteTable("Positions")


@routes.route(
    ["POST"],
    "/portfolios/<portfolio_id>/positions/<position_id>/close",
    scope=Scope.TRADE,
    answers={200: PositionClosed},
    errors=(400, 404, 409, 422),
)
def close_position(
    api: Api,
    portfolio_id: PortfolioIdInPath,
    position_id: PositionIdInPath,
    body: ClosePosition,
) -> PositionClosed:
    """Sell an open position, or some of its shares, at the latest bid.

    Refused with 409 where the position has no bid or is not open.
    """
    now = api.now()
    with api.database.transaction() as session:
        owner = PortfolioId(portfolio_id)
        made = closing.close_position(session, owner, position_id, body.shares, now)
    return PositionClosed.of(made)
