"""Cash: deposits, withdrawals, transfers. A key that comes again moves nothing again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from prescient.api.authorization import Caller, Scope
from prescient.api.context import Api
from prescient.api.requests.cash import CashFlow, CashTransfer, Rebalance
from prescient.api.requests.parameters import DryRun, IdempotencyKey, PortfolioIdInPath
from prescient.api.responses.cash import Balance, CashMoved, Rebalanced
from prescient.api.routing import RouteTable
from prescient.core.portfolio.cash import Transfer
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import portfolios
from prescient.store.database import Session
from prescient.store.idempotency import Request
from prescient.usecases import cash, rebalancing
from prescient.usecases.support.keyed import answer_once

routes = RouteTable("Cash")
ERRORS = (400, 404, 409, 410, 422)


class Move(Protocol):
    """A deposit or a withdrawal."""

    __name__: str

    def __call__(
        self,
        session: Session,
        portfolio_id: PortfolioId,
        amount: Decimal,
        key: str,
        now: datetime,
        *,
        ordered_by: str | None,
        reason: str | None,
    ) -> None: ...


@routes.route(
    ["POST"],
    "/portfolios/transfer",
    scope=Scope.TRADE,
    answers={200: CashMoved},
    errors=ERRORS,
)
def transfer(
    api: Api, caller: Caller, body: CashTransfer, idempotency_key: IdempotencyKey = None
) -> CashMoved:
    """Move cash between two portfolios; the rebalancing log keeps it."""
    wanted = Transfer(
        from_id=PortfolioId(body.from_portfolio_id),
        to_id=PortfolioId(body.to_portfolio_id),
        amount=body.amount,
        key=idempotency_key or api.new_id(),
        reason=body.reason,
        ordered_by=caller,
    )
    owners, values = [wanted.from_id, wanted.to_id], body.model_dump()
    request, now = Request.of_money("transfer", owners, idempotency_key, values), api.now()
    with api.database.transaction() as session:

        def move() -> CashMoved:
            cash.transfer(session, wanted, now)
            return _moved(session, owners)

        return answer_once(session, request, CashMoved, move, now)


@routes.route(
    ["POST"],
    "/portfolios/<portfolio_id>/deposit",
    scope=Scope.TRADE,
    answers={200: CashMoved},
    errors=ERRORS,
)
def deposit(
    api: Api,
    caller: Caller,
    portfolio_id: PortfolioIdInPath,
    body: CashFlow,
    idempotency_key: IdempotencyKey = None,
) -> CashMoved:
    """Pay cash in: neither profit nor the end of a drawdown."""
    return _flow(api, cash.deposit, portfolio_id, body, caller=caller, key=idempotency_key)


@routes.route(
    ["POST"],
    "/portfolios/<portfolio_id>/withdraw",
    scope=Scope.TRADE,
    answers={200: CashMoved},
    errors=ERRORS,
)
def withdraw(
    api: Api,
    caller: Caller,
    portfolio_id: PortfolioIdInPath,
    body: CashFlow,
    idempotency_key: IdempotencyKey = None,
) -> CashMoved:
    """Pay cash out, at most what is not invested."""
    return _flow(api, cash.withdraw, portfolio_id, body, caller=caller, key=idempotency_key)


@routes.route(
    ["POST"],
    "/portfolios/rebalance",
    scope=Scope.TRADE,
    answers={200: Rebalanced},
    errors=(400, 409, 422),
)
def rebalance(
    api: Api,
    body: Rebalance,
    dry_run: DryRun = True,
    idempotency_key: IdempotencyKey = None,
) -> Rebalanced:
    """Plan how free cash would bring each portfolio to its part of the capital, or move it.

    The same two portfolios exchange cash at most once a day, the daily maintenance's included.
    """
    now, values = api.now(), {**body.model_dump(), "dry_run": dry_run}
    request = Request.of_money("rebalance", [], idempotency_key, values)
    wanted = rebalancing.RebalancingRequest.model_validate(values)
    with api.database.transaction() as session:

        def act() -> Rebalanced:
            done = rebalancing.run(session, wanted, now)
            transfers = done.transfers[: rebalancing.MOST_NAMED]
            return Rebalanced.model_validate(
                {
                    **done.model_dump(),
                    "message": "Rebalancing planned" if dry_run else "Portfolios rebalanced",
                    "transfers": [transfer.model_dump() for transfer in transfers],
                    "transfer_count": len(done.transfers),
                }
            )

        return answer_once(session, request, Rebalanced, act, now)


def _flow(
    api: Api, move: Move, portfolio_id: int, body: CashFlow, *, caller: str, key: str | None
) -> CashMoved:
    now, owner = api.now(), PortfolioId(portfolio_id)
    values = body.model_dump(exclude_none=True)
    request = Request.of_money(move.__name__, [owner], key, values)
    with api.database.transaction() as session:

        def flow() -> CashMoved:
            source = key or api.new_id()
            move(session, owner, body.amount, source, now, ordered_by=caller, reason=body.reason)
            return _moved(session, [owner])

        return answer_once(session, request, CashMoved, flow, now)


def _moved(session: Session, owners: Sequence[PortfolioId]) -> CashMoved:
    balances = [
        Balance(portfolio_id=owner, current_balance=portfolios.get(session, owner).current_balance)
        for owner in owners
    ]
    return CashMoved(message="Cash moved", balances=balances)
