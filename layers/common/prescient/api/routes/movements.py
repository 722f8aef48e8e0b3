"""Movements of cash: a portfolio's ledger, and the transfers between portfolios."""

from __future__ import annotations

from prescient.api.authorization import Scope
from prescient.api.context import Api
from prescient.api.pages import AskedFor, of_portfolio, window
from prescient.api.requests.parameters import (
    USUAL_LIMIT,
    LedgerKindInQuery,
    Limit,
    NumberCursor,
    PortfolioIdInPath,
    PortfolioIdInQuery,
    Since,
    Until,
)
from prescient.api.responses.record import LedgerAnswer, LedgerEntry, Transfer, TransfersAnswer
from prescient.api.routing import RouteTable
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import cash_pages

routes = RouteTable("Cash")


@routes.route(
    ["GET"],
    "/portfolios/<portfolio_id>/ledger",
    scope=Scope.READ,
    answers={200: LedgerAnswer},
    errors=(404, 422),
)
def list_ledger(
    api: Api,
    here: AskedFor,
    portfolio_id: PortfolioIdInPath,
    *,
    kind: LedgerKindInQuery = None,
    limit: Limit = USUAL_LIMIT,
    cursor: NumberCursor = None,
    since: Since = None,
    until: Until = None,
) -> LedgerAnswer:
    """List every movement of a portfolio's cash, newest first."""
    owner, wanted = PortfolioId(portfolio_id), window(limit, cursor, since=since, until=until)
    rows = of_portfolio(
        api, owner, lambda session: cash_pages.entries(session, owner, wanted, kind)
    )
    page = here.page(rows, limit, lambda row: row.entry_no)
    return LedgerAnswer(
        message="Ledger retrieved",
        entries=[LedgerEntry.model_validate(row) for row in page.rows],
        next=page.next,
    )


@routes.route(
    ["GET"],
    "/transfers",
    scope=Scope.READ,
    answers={200: TransfersAnswer},
    errors=(422,),
)
def list_transfers(
    api: Api,
    here: AskedFor,
    *,
    portfolio_id: PortfolioIdInQuery = None,
    limit: Limit = USUAL_LIMIT,
    cursor: NumberCursor = None,
    since: Since = None,
    until: Until = None,
) -> TransfersAnswer:
    """List the transfers between portfolios, by hand and by rebalancing, newest first."""
    owner = None if portfolio_id is None else PortfolioId(portfolio_id)
    wanted = window(limit, cursor, since=since, until=until)
    with api.database.reading() as session:
        rows = cash_pages.transfers(session, wanted, owner)
    page = here.page(rows, limit, lambda row: row.transfer_id)
    return TransfersAnswer(
        message="Transfers retrieved",
        transfers=[Transfer.model_validate(row) for row in page.rows],
        next=page.next,
    )
