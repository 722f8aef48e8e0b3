"""Rebalancing: which portfolios drifted from their part of the capital, and the way back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from heapq import heappop, heapreplace
from itertools import permutations
from typing import NamedTuple

from prescient.core.money import CENT, ZERO
from prescient.core.portfolio.cash import Executor, Transfer
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.targets import Member, Weights, apportioned

Pairs = Collection[frozenset[PortfolioId]]
"""Two portfolios each."""
Dollars = dict[PortfolioId, Decimal]
_Ranked = tuple[Decimal, PortfolioId]
"""A negative amount and its owner: the largest amount is the least."""


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
    givers, takers_of = _ranked(surplus), _takers(surplus, want, told_apart)
    made = []
    while (giver := _largest(givers, surplus)) is not None:
        taker = _largest(takers_of[giver], want)
        if taker is None:
            del surplus[giver]
            continue
        amount = min(surplus[giver], want[taker])
        made.append(_transfer(giver, taker, amount, day))
        surplus[giver] -= amount
        want[taker] -= amount
    return made


def _takers(
    surplus: Dollars, want: Dollars, told_apart: Pairs | None
) -> Mapping[PortfolioId, list[_Ranked]]:
    """To whom each surplus may go; without `told_apart` all have the same takers."""
    if told_apart is None:
        return dict.fromkeys(surplus, _ranked(want))
    partners: dict[PortfolioId, Dollars] = {giver: {} for giver in surplus}
    for pair in told_apart:
        for giver, taker in permutations(pair):
            if giver in surplus and taker in want:
                partners[giver][taker] = want[taker]
    return {giver: _ranked(takers) for giver, takers in partners.items()}


def _ranked(amounts: Dollars) -> list[_Ranked]:
    """The owners by the size of their amounts, of equal ones the lower id first: a heap."""
    return sorted((-amount, owner) for owner, amount in amounts.items())


def _largest(ranked: list[_Ranked], amounts: Dollars) -> PortfolioId | None:
    """The owner of the largest of the amounts, which only fall; None once they are spent.

    Owners whose amounts have fallen since they were ranked find their new place first.
    """
    while ranked:
        amount, owner = ranked[0]
        left = amounts.get(owner, ZERO)
        if left == -amount:
            return owner
        if left > ZERO:
            heapreplace(ranked, (-left, owner))
        else:
            heappop(ranked)
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


def _positive(amounts: Dollars) -> Dollars:
    return {portfolio_id: amount for portfolio_id, amount in amounts.items() if amount > ZERO}
