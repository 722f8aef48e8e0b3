"""Rebalancing: free cash goes from portfolios above their part of the capital to those below."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from pydantic import BaseModel

from prescient.core.portfolio.rebalancing import transfers
from prescient.core.portfolio.targets import Targets, weights
from prescient.store import rebalancing
from prescient.usecases import cash
from prescient.usecases.support.context import StepContext

LOOKBACK = timedelta(days=90)
"""The days whose returns say how volatile a portfolio is."""


class TransferResult(BaseModel):
    """Dollars that went from one portfolio to another."""

    from_portfolio_id: int
    to_portfolio_id: int
    amount: Decimal


def run(targets: Targets, context: StepContext) -> list[TransferResult]:
    """Rebalance, at most once a day between the same two portfolios; what was moved.

    Portfolios with a `rebalance_threshold` take part. Raises `InvalidRequest` where the targets
    cannot be known.
    """
    now = context.now()
    with context.database.transaction() as session:
        members = rebalancing.members(session)
        is_told_by_days = targets is Targets.INVERSE_VOLATILITY
        since = (now - LOOKBACK).date()
        days = rebalancing.days(session, members, since) if is_told_by_days else {}
        wanted = transfers(members, weights(targets, members, days), now.date())
        made = cash.transfer_all(session, wanted, now) if wanted else []
    return [
        TransferResult(
            from_portfolio_id=transfer.from_id,
            to_portfolio_id=transfer.to_id,
            amount=transfer.amount,
        )
        for transfer in made
    ]
