"""Rebalancing: which portfolios drifted from their part of the capital, and the way back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from prescient.core.money import CENT, ZERO
from prescient.core.portfolio.cash import Executor, Transfer
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.targets import Member, Weights, apportioned

Pairs = Collection[frozenset[PortfolioId]]
"""Two portfolios each."""


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


class Place(NamedTuple):
    """Where a member stands beside its target, in dollars; `drift` is a part of all equity."""

    portfolio_id: PortfolioId
    equity: Decimal
    target: Decimal
    drift: Decimal
    threshold: Decimal

    @property
    def has_drifted(self) -> bool:
        return abs(self.drift) > self.threshold


class Plan(NamedTuple):
    """What a rebalancing does; `held_back` are dollars that noise alone would have moved."""

    places: Sequence[Place]
    transfers: Sequence[Transfer]
    held_back: Decimal


def plan(
    members: Sequence[Member], weights: Weights, day: date, told_apart: Pairs | None = None
) -> Plan:
    """What `transfers` makes of these members, and where each stands before it."""
    above, drift = _above_target(members, weights), drifts(members, weights)
    places = [
        Place(
            owner.portfolio_id,
            owner.equity,
            owner.equity - above[owner.portfolio_id],
            drift[owner.portfolio_id],
            owner.threshold,
        )
        for owner in members
    ]
    made = transfers(members, weights, day, told_apart)
    free = transfers(members, weights, day)
    return Plan(places, made, _sum(free) - _sum(made))


def transfers(
    members: Sequence[Member], weights: Weights, day: date, told_apart: Pairs | None = None
) -> list[Transfer]:
    """What brings every member to its target, as far as cash goes; nothing while none drifted.

    The key of a transfer names the `day`, so that the same two portfolios rebalance once on it.

    The largest surplus gives to the largest want first, so that few transfers do. Where
    `told_apart` is given, only two portfolios of one of its pairs give to each other: between all
    others the comparison calls the difference noise, or has not looked yet.
    """
    if not drifted(members, weights):
        return []
    above = _above_target(members, weights)
    cash = {member.portfolio_id: member.cash for member in members}
    surplus = _positive({owner: min(amount, cash[owner]) for owner, amount in above.items()})
    want = _positive({owner: -amount for owner, amount in above.items()})
    made = []
    while (chosen := _largest_pair(surplus, want, told_apart)) is not None:
        giver, taker = chosen
        amount = min(surplus[giver], want[taker])
        made.append(_transfer(giver, taker, amount, day))
        for side, portfolio_id in ((surplus, giver), (want, taker)):
            side[portfolio_id] -= amount
            if side[portfolio_id] == ZERO:
                del side[portfolio_id]
    return made


def _largest_pair(
    surplus: Mapping[PortfolioId, Decimal],
    want: Mapping[PortfolioId, Decimal],
    told_apart: Pairs | None,
) -> tuple[PortfolioId, PortfolioId] | None:
    """The largest surplus that has a taker, and its largest want."""
    for giver in sorted(surplus, key=lambda owner: (-surplus[owner], owner)):
        takers = {
            owner: amount
            for owner, amount in want.items()
            if told_apart is None or frozenset((giver, owner)) in told_apart
        }
        if takers:
            return giver, _largest(takers)
    return None


def _sum(made: Sequence[Transfer]) -> Decimal:
    return sum((transfer.amount for transfer in made), ZERO)


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
