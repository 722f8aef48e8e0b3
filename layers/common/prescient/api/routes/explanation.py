"""Why a portfolio did, or did not, trade a market."""

from __future__ import annotations

from prescient.api.authorization import Scope
from prescient.api.context import Api
from prescient.api.requests.parameters import ExplainedMarket, PortfolioIdInPath
from prescient.api.responses.explanation import ExplanationAnswer
from prescient.api.routing import RouteTable
from prescient.core.market.markets import MarketId
from prescient.core.portfolio.portfolios import PortfolioId

routes = RouteTable("Record")


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>/explain",
    scope=Scope.READ,
    answers={200: ExplanationAnswer},
    errors=(404, 422),
)
def explain_market(
    api: Api, portfolio_id: PortfolioIdInPath, market: ExplainedMarket
) -> ExplanationAnswer:
    """Say why a portfolio did, or did not, trade a market in its last cycle.

    The stage that stopped it, with the rule and its numbers.
    """
    # Imported late: it repeats a decision, with a strategy and all that deciding needs.
    from prescient.usecases.explain import explain

    owner, market_id = PortfolioId(portfolio_id), MarketId(market)
    with api.database.snapshot() as session:
        found = explain(session, owner, market_id)
    return ExplanationAnswer.of(owner, market_id, found)
