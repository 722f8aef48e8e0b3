"""Rebalancing: free cash goes from portfolios above their part of the capital to those below."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel

from prescient.core.portfolio.rebalancing import transfers
from prescient.store import rebalancing
from prescient.usecases import cash
from prescient.usecases.support.context import StepContext


class TransferResult(BaseModel):
    """Dollars that went from one portfolio to another."""

    from_portfolio_id: int
    to_portfolio_id: int
    amount: Decimal


def run(context: StepContext) -> list[TransferResult]:
    """Rebalance, at most once a day between the same two portfolios; what was moved.

    Portfolios with a `rebalance_threshold` take part; the target of each is the part that its
    initial balance is of all of theirs.
    """
    now = context.now()
    with context.database.transaction() as session:
        wanted = transfers(rebalancing.members(session), now.date())
        made = cash.transfer_all(session, wanted, now) if wanted else []
    return [
        TransferResult(
            from_portfolio_id=transfer.from_id,
            to_portfolio_id=transfer.to_id,
            amount=transfer.amount,
        )
        for transfer in made
    ]
