"""Experiments: twins, and the versions of configurations."""

from __future__ import annotations

from pydantic import BaseModel

from prescient.api.authorization import Caller, Scope
from prescient.api.context import Api
from prescient.api.pages import AskedFor, of_portfolio, window
from prescient.api.requests.because import Because
from prescient.api.requests.experiments import Clone
from prescient.api.requests.parameters import (
    USUAL_LIMIT,
    FirstVersion,
    IdempotencyKey,
    Limit,
    NumberCursor,
    PortfolioIdInPath,
    SecondVersion,
    VersionInPath,
)
from prescient.api.responses.experiments import (
    ConfigurationDifference,
    ConfigurationsAnswer,
    ConfigurationsCompared,
    ConfigurationVersion,
    TwinCreated,
)
from prescient.api.responses.portfolios import PortfolioAnswer
from prescient.api.routes.portfolios import shown
from prescient.api.routing import RouteTable
from prescient.core.portfolio.closing import HandOrder
from prescient.core.portfolio.configurations import differences
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import configurations, portfolios
from prescient.store.idempotency import Request
from prescient.usecases import experiments
from prescient.usecases.support.keyed import answer_once

routes = RouteTable("Experiments")


class Restored(BaseModel):
    """What is kept of a keyed restoration: that it was done."""


@routes.route(
    ["POST"],
    "/portfolios/<portfolio_id>/clone",
    scope=Scope.TRADE,
    answers={200: TwinCreated},
    errors=(400, 404, 409, 410, 422),
)
def clone_portfolio(
    api: Api,
    caller: Caller,
    portfolio_id: PortfolioIdInPath,
    body: Clone,
    idempotency_key: IdempotencyKey = None,
) -> TwinCreated:
    """Create a twin: the same strategy, keys, limits and tags but for at most one key.

    It begins now, without positions, with the equity of the portfolio in cash.
    """
    owner, now = PortfolioId(portfolio_id), api.now()
    request = Request.of_money("clone", [owner], idempotency_key, body.model_dump())
    with api.database.transaction() as session:

        def create() -> TwinCreated:
            wanted = body.twin()
            return TwinCreated(
                message="Twin created",
                portfolio_id=experiments.clone(session, owner, wanted, caller, now),
                twin_of=owner,
                twin_key=wanted.key,
            )

        return answer_once(session, request, TwinCreated, create, now)


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>/configurations",
    scope=Scope.READ,
    answers={200: ConfigurationsAnswer},
    errors=(404, 422),
)
def list_configurations(
    api: Api,
    here: AskedFor,
    portfolio_id: PortfolioIdInPath,
    limit: Limit = USUAL_LIMIT,
    cursor: NumberCursor = None,
) -> ConfigurationsAnswer:
    """List the versions of a portfolio's configuration and limits, newest first."""
    owner, wanted = PortfolioId(portfolio_id), window(limit, cursor)
    rows = of_portfolio(api, owner, lambda session: configurations.versions(session, owner, wanted))
    page = here.page(rows, limit, lambda row: row.version)
    return ConfigurationsAnswer(
        message="Configurations retrieved",
        configurations=[ConfigurationVersion.model_validate(row) for row in page.rows],
        next=page.next,
    )


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>/configurations/compare",
    scope=Scope.READ,
    answers={200: ConfigurationsCompared},
    errors=(404, 422),
)
def compare_configurations(
    api: Api, portfolio_id: PortfolioIdInPath, before: FirstVersion, after: SecondVersion
) -> ConfigurationsCompared:
    """Compare two versions of a portfolio's configuration, key by key."""
    owner = PortfolioId(portfolio_id)
    with api.database.snapshot() as session:
        portfolios.get(session, owner)
        first = configurations.version(session, owner, before)
        second = configurations.version(session, owner, after)
    found = differences(first.configuration, second.configuration)
    return ConfigurationsCompared(
        message="Configurations compared",
        from_version=before,
        to_version=after,
        limits_compared=first.limits_kept and second.limits_kept,
        differences=[ConfigurationDifference.of(difference) for difference in found],
    )


@routes.route(
    ["POST"],
    "/portfolios/<portfolio_id>/configurations/<version>/restore",
    scope=Scope.TRADE,
    answers={200: PortfolioAnswer},
    errors=(400, 404, 409, 410, 422),
)
def restore_configuration(
    api: Api,
    caller: Caller,
    portfolio_id: PortfolioIdInPath,
    version: VersionInPath,
    body: Because,
    *,
    idempotency_key: IdempotencyKey = None,
) -> PortfolioAnswer:
    """Bring an earlier version back, as a new version with its content."""
    owner = PortfolioId(portfolio_id)
    order = HandOrder(ordered_by=caller, now=api.now(), max_quote_age=api.max_quote_age)
    values = {"version": version, **body.model_dump()}
    request = Request.of_money("restore", [owner], idempotency_key, values)
    with api.database.transaction() as session:

        def restore() -> Restored:
            experiments.restore(session, owner, version, body.reason, order)
            return Restored()

        answer_once(session, request, Restored, restore, order.now)
    return shown(api, owner, "Configuration restored")
