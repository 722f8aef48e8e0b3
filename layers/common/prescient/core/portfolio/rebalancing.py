"""Rebalancing: which portfolios drifted from their part of the capital, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from prescient.core.money import CENT, ZERO
from prescient.core.portfolio.cash import Executor, Transfer
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.targets import Member, Weights, apportioned


def drifts(members: Sequence[Member], weights: Weights) -> dict[PortfolioId, Decimal]:
    """Each member's equity above its target as a part of all equity; they sum to zero."""
    equity = sum((member.equity for member in members), ZERO)
    surplus = _above_target(members, weights)
    return {
        portfolio_id: amount / equity if equity > ZERO else ZERO
        for portfolio_id, amount in surplus.items()
    }


def drifted(members: Sequence[Member], weights: Weights) -> list[PortfolioId]:
    """The members whose drift, up or down, is above their threshold."""
    drift = drifts(members, weights)
    return [
        member.portfolio_id
        for member in members
        if abs(drift[member.portfolio_id]) > member.threshold
    ]


def transfers(members: Sequence[Member], weights: Weights, day: date) -> list[Transfer]:
    """What brings every member to its target, as far as cash goes; nothing while none drifted.

    The key of a transfer names the `day`, so that the same two portfolios rebalance once on it.

    The largest surplus gives to the largest want first, so that few transfers do.
    """
    if not drifted(members, weights):
        return []
    above = _above_target(members, weights)
    cash = {member.portfolio_id: member.cash for member in members}
    surplus = _positive({owner: min(amount, cash[owner]) for owner, amount in above.items()})
    want = _positive({owner: -amount for owner, amount in above.items()})
    made = []
    while surplus and want:
        giver, taker = _largest(surplus), _largest(want)
        amount = min(surplus[giver], want[taker])
        made.append(_transfer(giver, taker, amount, day))
        for side, portfolio_id in ((surplus, giver), (want, taker)):
            side[portfolio_id] -= amount
            if side[portfolio_id] == ZERO:
                del side[portfolio_id]
    return made


def _transfer(giver: PortfolioId, taker: PortfolioId, amount: Decimal, day: date) -> Transfer:
    return Transfer(
        from_id=giver,
        to_id=taker,
        amount=amount,
        key=f"rebalancing:{day.isoformat()}:{giver}:{taker}",
        reason="rebalancing",
        executed_by=Executor.SYSTEM,
    )


def _above_target(members: Sequence[Member], weights: Weights) -> dict[PortfolioId, Decimal]:
    """Dollars of equity, in whole cents, beyond the target; below it they are negative.

    Target = weight × (all equity − all net flows) + the member's own net flows: what was earned is
    shared, what an owner paid into a portfolio, or took out of it, is not.
    """
    earned = sum((member.equity - member.net_flows for member in members), ZERO)
    shares = apportioned(earned, weights, CENT) if members else {}
    return {
        member.portfolio_id: member.equity - member.net_flows - shares[member.portfolio_id]
        for member in members
    }


def _positive(amounts: Mapping[PortfolioId, Decimal]) -> dict[PortfolioId, Decimal]:
    return {portfolio_id: amount for portfolio_id, amount in amounts.items() if amount > ZERO}


def _largest(amounts: dict[PortfolioId, Decimal]) -> PortfolioId:
    return max(amounts, key=lambda portfolio_id: (amounts[portfolio_id], -portfolio_id))
