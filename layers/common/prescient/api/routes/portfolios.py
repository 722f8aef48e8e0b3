"""Portfolios: create, read, change, delete."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from aws_lambda_powertools.event_handler import Response, content_types
from pydantic import BaseModel

from prescient.api.authorization import Caller, GrantedScopes, Scope, require_scope
from prescient.api.context import Api
from prescient.api.media_types import JSON, MERGE_PATCH
from prescient.api.pages import AskedFor, window
from prescient.api.requests.conditions import IfMatch, Merges, etag, expected_versions
from prescient.api.requests.lists import (
    ListedStatuses,
    SortInQuery,
    StatusesInQuery,
    StrategyTypeInQuery,
)
from prescient.api.requests.parameters import (
    LONGEST_PAGE,
    USUAL_LIMIT,
    Confirmation,
    IdempotencyKey,
    Limit,
    NumberCursor,
    PortfolioIdInPath,
    PortfolioIdInQuery,
    Purge,
    TagInQuery,
)
from prescient.api.requests.portfolios import CreatePortfolio, UpdatePortfolio
from prescient.api.responses.portfolio_rows import portfolio_listed
from prescient.api.responses.portfolios import (
    LiquidationResult,
    PortfolioAnswer,
    PortfolioCreated,
    PortfolioDeleted,
    PortfoliosAnswer,
    PortfoliosPage,
    PortfolioUpdated,
)
from prescient.api.routing import RouteTable
from prescient.core.money import exact_number
from prescient.core.portfolio.closing import HandOrder
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import PositionStatus
from prescient.core.portfolio.room import EventRoom, HeldEvent, event_room
from prescient.store import portfolio_pages, positions
from prescient.store.idempotency import Request
from prescient.store.portfolio_pages import ListedRow, Sort, Wanted
from prescient.store.windows import Window
from prescient.usecases import closing, portfolio_management
from prescient.usecases.portfolio_management import PortfolioChange
from prescient.usecases.support.keyed import answer_once
from prescient.usecases.support.request_context import RequestContext

CREATE_ROUTE = "POST /portfolios/create"

AnswerT = TypeVar("AnswerT", bound=PortfolioAnswer)

routes = RouteTable("Portfolios")


class Changed(BaseModel):
    """What is kept of a keyed change."""

    liquidation: LiquidationResult | None


@routes.route(
    ["POST"],
    "/portfolios/create",
    scope=Scope.TRADE,
    answers={200: PortfolioCreated},
    errors=(400, 409, 410, 422),
)
def create_portfolio(
    api: Api, caller: Caller, body: CreatePortfolio, idempotency_key: IdempotencyKey = None
) -> PortfolioCreated:
    """Create a portfolio.

    Its strategy's configuration is checked key by key. With an Idempotency-Key a repetition finds
    the portfolio that the first request created, or is answered 410 once that is deleted.
    """
    now, request = api.now(), None
    if idempotency_key is not None:
        request = Request.of(CREATE_ROUTE, idempotency_key, body.model_dump())
    wanted = body.portfolio(caller)
    portfolio_id = portfolio_management.create(api.database, wanted, request, now)
    return PortfolioCreated(portfolio_id=portfolio_id, message="Portfolio created successfully")


@routes.route(
    ["GET"],
    "/portfolios",
    scope=Scope.READ,
    answers={200: PortfoliosPage},
    errors=(404, 422),
)
def list_portfolios(
    api: Api,
    here: AskedFor,
    *,
    status: StatusesInQuery = ListedStatuses.NOT_ARCHIVED,
    strategy_type: StrategyTypeInQuery = None,
    tag: TagInQuery = None,
    sort: SortInQuery = Sort.OLDEST,
    limit: Limit = USUAL_LIMIT,
    cursor: NumberCursor = None,
) -> PortfoliosPage:
    """List portfolios, those that are not archived unless others are asked for."""
    now = api.now()
    wanted = Wanted(statuses=status.statuses, strategy_type=strategy_type, tag=tag)
    with api.database.reading() as session:
        rows = portfolio_pages.send_page(session, wanted, window(limit, cursor), now, sort).get()
    page = here.page(rows, limit, lambda row: row.portfolio_id)
    return PortfoliosPage(
        message="Portfolios retrieved",
        portfolios=[portfolio_listed(row) for row in page.rows],
        next=page.next,
    )


@routes.route(
    ["GET"],
    "/paper-trading/portfolio",
    scope=Scope.READ,
    answers={200: PortfoliosAnswer | PortfolioAnswer},
    errors=(404, 422),
)
def get_paper_trading_portfolio(
    api: Api,
    here: AskedFor,
    *,
    portfolio_id: PortfolioIdInQuery = None,
    tag: TagInQuery = None,
    limit: Limit = LONGEST_PAGE,
    cursor: NumberCursor = None,
) -> PortfoliosAnswer | PortfolioAnswer:
    """Read the portfolios that are not archived, those with a tag, or one of any status.

    With `portfolio_id` the answer is that of `GET /portfolios/{portfolio_id}`. The sums are over
    all of them, whatever the page shows.
    """
    if portfolio_id is not None:
        return shown(api, PortfolioId(portfolio_id), "Portfolio retrieved")
    now, wanted = api.now(), Wanted(statuses=ListedStatuses.NOT_ARCHIVED.statuses, tag=tag)
    with api.database.snapshot(pipelined=True) as session:
        rows = portfolio_pages.send_page(session, wanted, window(limit, cursor), now)
        sums = portfolio_pages.send_sums(session, wanted)
    page = here.page(rows.get(), limit, lambda row: row.portfolio_id)
    return PortfoliosAnswer.of(page, sums.get(), now)


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>",
    scope=Scope.READ,
    answers={200: PortfolioAnswer},
    errors=(404, 422),
)
def get_portfolio(api: Api, portfolio_id: PortfolioIdInPath) -> Response[PortfolioAnswer]:
    """Read a portfolio with its open positions, newest first.

    `ETag` is that of its configuration: `If-Match` of a change takes it.
    """
    return tagged(shown(api, PortfolioId(portfolio_id), "Portfolio retrieved"))


@routes.route(
    ["PATCH"],
    "/portfolios/<portfolio_id>",
    scope=Scope.TRADE,
    answers={200: PortfolioUpdated},
    errors=(400, 404, 409, 410, 412, 422),
    request_types=(JSON, MERGE_PATCH),
)
def update_portfolio(
    api: Api,
    caller: Caller,
    merges: Merges,
    portfolio_id: PortfolioIdInPath,
    body: UpdatePortfolio,
    *,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response[PortfolioUpdated]:
    """Change a portfolio.

    As `application/json` the `strategy_config` replaces the present one; as
    `application/merge-patch+json` its keys are merged into it, and null removes one.

    Another configuration raises `config_version` and moves the stops and targets of the open
    positions. A status changes from active to paused and back; either can be archived once no
    position is open, or with `liquidate`, which sells them all into the bids of now, or none. With
    `partial` it sells what is bid for; a portfolio that still holds something is then paused.
    """
    owner, values = PortfolioId(portfolio_id), body.model_dump(exclude_unset=True)
    action = "merge" if merges else "update"
    request = Request.of_money(action, [owner], idempotency_key, values)
    wanted = replace(body.change(), merges=merges, expected_versions=expected_versions(if_match))
    return tagged(changed(api, caller, owner, wanted, request))


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
    confirm: Confirmation = None,
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


def changed(
    api: RequestContext,
    caller: str,
    owner: PortfolioId,
    wanted: PortfolioChange,
    request: Request | None,
) -> PortfolioUpdated:
    """Change a portfolio, once for the request's key, and show it."""
    seen = closing.look(api, owner) if wanted.liquidate else closing.NOTHING_SEEN
    order = HandOrder(
        ordered_by=caller, now=api.now(), max_quote_age=api.max_quote_age, reason=wanted.reason
    )
    with api.database.transaction() as session:

        def change() -> Changed:
            done = portfolio_management.change(
                session, owner, wanted, order, seen=seen, total_guard=api.total_guard
            )
            return Changed(liquidation=done and LiquidationResult.of(done))

        made = answer_once(session, request, Changed, change, order.now)
    updated = shown(api, owner, "Portfolio updated successfully")
    return PortfolioUpdated(**dict(updated), liquidation=made.liquidation)


def tagged(answer: AnswerT) -> Response[AnswerT]:
    """The answer with the ETag of the configuration that it shows."""
    headers = {"ETag": etag(answer.portfolio["config_version"])}
    return Response(200, content_types.APPLICATION_JSON, answer, headers=headers)


def shown(api: RequestContext, portfolio_id: PortfolioId, message: str) -> PortfolioAnswer:
    """The portfolio as it is now, with its open positions."""
    now = api.now()
    with api.database.snapshot(pipelined=True) as session:
        sought = portfolio_pages.send_get(session, portfolio_id, now)
        held = positions.send_page(
            session, portfolio_id, Window(limit=LONGEST_PAGE), status=PositionStatus.OPEN
        )
        fullest = positions.send_fullest_event(session, portfolio_id)
    row = sought.get()
    return PortfolioAnswer.of(row, held.get(), _event_room(row, fullest.get()), message, now)


def _event_room(row: ListedRow, fullest: HeldEvent | None) -> EventRoom | None:
    limit = row.configuration.get("max_event_exposure")
    if limit is None:
        return None
    return event_room(exact_number(limit), fullest)
