"""Rebalancing: which portfolios drifted from their part of the capital, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from prescient.core.money import ONE, ZERO, cents_down
from prescient.core.portfolio.cash import Executor, Transfer
from prescient.core.portfolio.portfolios import PortfolioId


@dataclass(frozen=True, slots=True)
class Member:
    """A portfolio that takes part.

    `equity` and `cash` are dollars, only cash can move; `threshold` is its `rebalance_threshold`;
    `weight` is its target beside the other members' weights, equal by default.
    """

    portfolio_id: PortfolioId
    equity: Decimal
    cash: Decimal
    threshold: Decimal
    weight: Decimal = ONE


def drifts(members: Sequence[Member]) -> dict[PortfolioId, Decimal]:
    """Each member's part of all equity less its target part, −1 to 1; they sum to zero."""
    equity = sum((member.equity for member in members), ZERO)
    if equity <= ZERO:
        return {member.portfolio_id: ZERO for member in members}
    return {
        member.portfolio_id: (member.equity - target) / equity
        for member, target in zip(members, _targets(members), strict=True)
    }


def drifted(members: Sequence[Member]) -> list[PortfolioId]:
    """The members whose drift, up or down, is above their threshold."""
    drift = drifts(members)
    return [
        member.portfolio_id
        for member in members
        if abs(drift[member.portfolio_id]) > member.threshold
    ]


def transfers(members: Sequence[Member], day: date) -> list[Transfer]:
    """What brings every member to its target, as far as cash goes; nothing while none drifted.

    The key of a transfer names the `day`, so that the same two portfolios rebalance once on it.

    The largest surplus gives to the largest want first, so that few transfers do.
    """
    if not drifted(members):
        return []
    surplus, want = _surpluses(members), _wants(members)
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


def _targets(members: Sequence[Member]) -> list[Decimal]:
    """Dollars of equity that each member should have."""
    equity = sum((member.equity for member in members), ZERO)
    weights = sum((member.weight for member in members), ZERO)
    return [equity * member.weight / weights for member in members]


def _surpluses(members: Sequence[Member]) -> dict[PortfolioId, Decimal]:
    """Dollars that a member has too much of, and in cash."""
    return _positive(
        (member.portfolio_id, min(member.equity - target, member.cash))
        for member, target in zip(members, _targets(members), strict=True)
    )


def _wants(members: Sequence[Member]) -> dict[PortfolioId, Decimal]:
    """Dollars that a member lacks."""
    return _positive(
        (member.portfolio_id, target - member.equity)
        for member, target in zip(members, _targets(members), strict=True)
    )


def _positive(amounts: Iterable[tuple[PortfolioId, Decimal]]) -> dict[PortfolioId, Decimal]:
    whole = ((portfolio_id, cents_down(amount)) for portfolio_id, amount in amounts)
    return {portfolio_id: amount for portfolio_id, amount in whole if amount > ZERO}


def _largest(amounts: dict[PortfolioId, Decimal]) -> PortfolioId:
    return max(amounts, key=lambda portfolio_id: (amounts[portfolio_id], -portfolio_id))
