"""Pausing, reactivating and archiving: one portfolio, or all at once; and the record of it."""

from __future__ import annotations

from prescient.api.authorization import Caller, Scope
from prescient.api.context import Api
from prescient.api.pages import AskedFor, of_portfolio, window
from prescient.api.requests.because import Because
from prescient.api.requests.parameters import (
    USUAL_LIMIT,
    IdempotencyKey,
    Limit,
    NumberCursor,
    PortfolioIdInPath,
)
from prescient.api.requests.statuses import (
    Archiving,
    Pausing,
    Reactivation,
    ReactivationOfAll,
)
from prescient.api.responses.portfolios import PortfolioUpdated
from prescient.api.responses.statuses import (
    Pause,
    PausedAll,
    PausesAnswer,
    ReactivatedAll,
    StatusChange,
    StatusChangesAnswer,
)
from prescient.api.routes.portfolios import changed
from prescient.api.routing import RouteTable
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import status_changes
from prescient.store.idempotency import Request
from prescient.store.status_changes import Order
from prescient.usecases import emergency
from prescient.usecases.support.keyed import answer_once

ERRORS = (400, 404, 409, 410, 422)

routes = RouteTable("Status")


@routes.route(
    ["POST"],
    "/portfolios/pause-all",
    scope=Scope.TRADE,
    answers={200: PausedAll},
    errors=(400, 409, 422),
)
def pause_all_portfolios(
    api: Api, caller: Caller, body: Because, idempotency_key: IdempotencyKey = None
) -> PausedAll:
    """Pause every active portfolio at once.

    Nothing is bought from then on, by running cycles either; what is held is still marked, settled
    and stopped out. Portfolios that were paused before are no part of it.
    """
    now = api.now()
    request = Request.of_money("pause all", [], idempotency_key, body.model_dump())
    with api.database.transaction() as session:

        def pause() -> PausedAll:
            done = emergency.pause_all(session, body.reason, caller, now)
            return PausedAll(
                message="Portfolios paused", pause_id=done.pause_id, portfolios=done.portfolios
            )

        return answer_once(session, request, PausedAll, pause, now)


@routes.route(
    ["POST"],
    "/portfolios/reactivate-all",
    scope=Scope.TRADE,
    answers={200: ReactivatedAll},
    errors=(400, 404, 409, 422),
)
def reactivate_all_portfolios(
    api: Api, caller: Caller, body: ReactivationOfAll, idempotency_key: IdempotencyKey = None
) -> ReactivatedAll:
    """Reactivate what one pause of all stopped, and nothing else did since.

    A portfolio that its own guard would pause again at once stays paused, unless its peak is reset.
    """
    now = api.now()
    request = Request.of_money("reactivate all", [], idempotency_key, body.model_dump())
    order = Order(caller, now, body.resets)
    with api.database.transaction() as session:

        def reactivate() -> ReactivatedAll:
            done = emergency.reactivate_all(
                session, body.pause_id, body.reason, api.total_guard, order
            )
            return ReactivatedAll.model_validate(done)

        return answer_once(session, request, ReactivatedAll, reactivate, now)


@routes.route(
    ["GET"],
    "/portfolios/pauses",
    scope=Scope.READ,
    answers={200: PausesAnswer},
    errors=(422,),
)
def list_pauses(
    api: Api, here: AskedFor, limit: Limit = USUAL_LIMIT, cursor: NumberCursor = None
) -> PausesAnswer:
    """List the pauses of all portfolios, by hand and by the guard over all, newest first."""
    with api.database.reading() as session:
        rows = status_changes.pauses(session, window(limit, cursor))
    page = here.page(rows, limit, lambda row: row.pause_id)
    return PausesAnswer(
        message="Pauses retrieved",
        pauses=[Pause.model_validate(row) for row in page.rows],
        next=page.next,
    )


@routes.route(
    ["POST"],
    "/portfolios/<portfolio_id>/pause",
    scope=Scope.TRADE,
    answers={200: PortfolioUpdated},
    errors=ERRORS,
)
def pause_portfolio(
    api: Api,
    caller: Caller,
    portfolio_id: PortfolioIdInPath,
    body: Pausing,
    idempotency_key: IdempotencyKey = None,
) -> PortfolioUpdated:
    """Pause a portfolio: it buys nothing; what it holds is marked, settled and stopped out."""
    owner = PortfolioId(portfolio_id)
    request = Request.of_money("pause", [owner], idempotency_key, body.model_dump())
    return changed(api, caller, owner, body.change(), request)


@routes.route(
    ["POST"],
    "/portfolios/<portfolio_id>/reactivate",
    scope=Scope.TRADE,
    answers={200: PortfolioUpdated},
    errors=ERRORS,
)
def reactivate_portfolio(
    api: Api,
    caller: Caller,
    portfolio_id: PortfolioIdInPath,
    body: Reactivation,
    idempotency_key: IdempotencyKey = None,
) -> PortfolioUpdated:
    """Let a paused portfolio trade again.

    Where its guard would pause it again at once, it is refused unless `resets` is `peak`.
    """
    owner = PortfolioId(portfolio_id)
    request = Request.of_money("reactivate", [owner], idempotency_key, body.model_dump())
    return changed(api, caller, owner, body.change(), request)


@routes.route(
    ["POST"],
    "/portfolios/<portfolio_id>/archive",
    scope=Scope.TRADE,
    answers={200: PortfolioUpdated},
    errors=ERRORS,
)
def archive_portfolio(
    api: Api,
    caller: Caller,
    portfolio_id: PortfolioIdInPath,
    body: Archiving,
    idempotency_key: IdempotencyKey = None,
) -> PortfolioUpdated:
    """End a portfolio, which stays readable; with `liquidate` its open positions are sold first."""
    owner = PortfolioId(portfolio_id)
    request = Request.of_money("archive", [owner], idempotency_key, body.model_dump())
    return changed(api, caller, owner, body.change(), request)


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>/status-changes",
    scope=Scope.READ,
    answers={200: StatusChangesAnswer},
    errors=(404, 422),
)
def list_status_changes(
    api: Api,
    here: AskedFor,
    portfolio_id: PortfolioIdInPath,
    limit: Limit = USUAL_LIMIT,
    cursor: NumberCursor = None,
) -> StatusChangesAnswer:
    """List what a portfolio's status went through: when, by whom, why."""
    owner, wanted = PortfolioId(portfolio_id), window(limit, cursor)
    rows = of_portfolio(api, owner, lambda session: status_changes.changes(session, owner, wanted))
    page = here.page(rows, limit, lambda row: row.change_id)
    return StatusChangesAnswer(
        message="Status changes retrieved",
        changes=[StatusChange.model_validate(row) for row in page.rows],
        next=page.next,
    )
