"""Positions: closing by hand, and writing off what can never be sold or settled."""

from __future__ import annotations

from prescient.api.authorization import Caller, Scope
from prescient.api.context import Api
from prescient.api.requests.parameters import IdempotencyKey, PortfolioIdInPath, PositionIdInPath
from prescient.api.requests.positions import ClosePosition, WriteOff
from prescient.api.responses.positions import PositionClosed, PositionWrittenOff
from prescient.api.routing import RouteTable
from prescient.core.portfolio.closing import HandOrder
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store.idempotency import Request
from prescient.usecases import closing
from prescient.usecases.support.keyed import answer_once

ERRORS = (400, 404, 409, 410, 422)

routes = RouteTable("Positions")


@routes.route(
    ["POST"],
    "/portfolios/<portfolio_id>/positions/<position_id>/close",
    scope=Scope.TRADE,
    answers={200: PositionClosed},
    errors=ERRORS,
)
def close_position(
    api: Api,
    caller: Caller,
    portfolio_id: PortfolioIdInPath,
    position_id: PositionIdInPath,
    body: ClosePosition,
    *,
    idempotency_key: IdempotencyKey = None,
) -> PositionClosed:
    """Sell an open position, or some of its shares, into the bids of now.

    Down the book where there is one, else at the bid for at most 1% of the market's liquidity; what
    is not bid for stays held. Where the exchange does not answer, the newest stored quote stands if
    it is young enough, else 409 `stale_quote`. Refused with 409 too where there is no bid, or where
    the position is not open.
    """
    owner = PortfolioId(portfolio_id)
    values = {"position_id": position_id, **body.model_dump()}
    request = Request.of_money("close", [owner], idempotency_key, values)
    seen = closing.look(api, owner, position_id)
    order = HandOrder(
        ordered_by=caller, now=api.now(), max_quote_age=api.max_quote_age, reason=body.reason
    )
    with api.database.transaction() as session:

        def close() -> PositionClosed:
            made = closing.close_position(
                session, owner, position_id, body.shares, order, seen=seen
            )
            return PositionClosed.of(made)

        return answer_once(session, request, PositionClosed, close, order.now)


@routes.route(
    ["POST"],
    "/portfolios/<portfolio_id>/positions/<position_id>/write-off",
    scope=Scope.ADMIN,
    answers={200: PositionWrittenOff},
    errors=ERRORS,
)
def write_off_position(
    api: Api,
    caller: Caller,
    portfolio_id: PortfolioIdInPath,
    position_id: PositionIdInPath,
    body: WriteOff,
    *,
    idempotency_key: IdempotencyKey = None,
) -> PositionWrittenOff:
    """Give up an open position whose market can never be resolved, at a price of 0.

    Its cost is realized as a loss, and its portfolio can be archived. Refused with 409 while its
    market takes orders, or once it is resolved: then it can be closed, or is paid.
    """
    owner = PortfolioId(portfolio_id)
    values = {"position_id": position_id, "reason": body.reason}
    request = Request.of_money("write-off", [owner], idempotency_key, values)
    seen = closing.look(api, owner, position_id)
    order = HandOrder(
        ordered_by=caller, now=api.now(), max_quote_age=api.max_quote_age, reason=body.reason
    )
    with api.database.transaction() as session:

        def write_off() -> PositionWrittenOff:
            made = closing.write_off(session, owner, position_id, order, seen=seen)
            return PositionWrittenOff.of(made, body.reason)

        return answer_once(session, request, PositionWrittenOff, write_off, order.now)
