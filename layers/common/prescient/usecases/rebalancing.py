"""Rebalancing: free cash goes from who grew beyond its part of the capital to who fell below."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel

from prescient.core.portfolio.rebalancing import Transfer, transfers
from prescient.store import cash, rebalancing
from prescient.usecases.support.context import StepContext


class CashMoved(BaseModel):
    """Dollars from one portfolio to another."""

    from_portfolio_id: int
    to_portfolio_id: int
    amount: Decimal


def run(context: StepContext) -> list[CashMoved]:
    """Rebalance, at most once a day between the same two portfolios; what was moved.

    Whoever has a `rebalance_threshold` takes part, its target the part of the initial balances that
    its own is.
    """
    now = context.now()
    with context.database.transaction() as session:
        wanted = [
            _transfer(one, f"{now:%Y-%m-%d}") for one in transfers(rebalancing.members(session))
        ]
        made = cash.transfer_all(session, wanted, now) if wanted else []
    return [
        CashMoved(from_portfolio_id=one.from_id, to_portfolio_id=one.to_id, amount=one.amount)
        for one in made
    ]


def _transfer(one: Transfer, day: str) -> cash.Transfer:
    return cash.Transfer(
        from_id=one.giver,
        to_id=one.taker,
        amount=one.amount,
        key=f"rebalancing:{day}:{one.giver}:{one.taker}",
        reason="rebalancing",
        executed_by="system",
    )
