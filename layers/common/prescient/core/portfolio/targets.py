"""Which part of the capital each portfolio that is rebalanced should have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import NamedTuple

from prescient.core.errors import InvalidRequest
from prescient.core.money import ONE, ZERO
from prescient.core.portfolio.portfolios import PortfolioId

LEAST_RETURNS = 30
LEAST_VOLATILITY = 2e-8
"""Of a year; a daily deviation below 1e-9 is rounding."""
WEIGHT_STEP = Decimal("0.000001")


class Targets(StrEnum):
    """How the capital is shared: as it was at first, in equal parts, by the configurations' own
    `rebalance_weight`, or in inverse proportion to the volatility of its metrics."""

    INITIAL = "initial"
    EQUAL = "equal"
    FIXED = "fixed"
    INVERSE_VOLATILITY = "inverse_volatility"


class Member(NamedTuple):
    """A portfolio that takes part in rebalancing; money is dollars, and only cash can move.

    `threshold` and `fixed_weight` are its `rebalance_threshold` and `rebalance_weight`;
    `net_flows` are its deposits less its withdrawals since it was created. `volatility`, a fraction
    a year, over `days` daily returns, is what its metrics said at `measured_at`.
    """

    portfolio_id: PortfolioId
    equity: Decimal
    cash: Decimal
    threshold: Decimal
    initial_balance: Decimal = ONE
    fixed_weight: Decimal = ONE
    net_flows: Decimal = ZERO
    volatility: float | None = None
    days: int | None = None
    measured_at: datetime | None = None


Weights = Mapping[PortfolioId, Decimal]
"""Parts of the capital: a portfolio's weight beside the sum of all."""


def weights(targets: Targets, members: Sequence[Member], measured_since: datetime) -> Weights:
    """The weight of each member; a volatility from before `measured_since` is too old.

    Raises `InvalidRequest` that names each member whose volatility is not known.
    """
    match targets:
        case Targets.INITIAL:
            return {member.portfolio_id: member.initial_balance for member in members}
        case Targets.EQUAL:
            return {member.portfolio_id: ONE for member in members}
        case Targets.FIXED:
            return {member.portfolio_id: member.fixed_weight for member in members}
        case Targets.INVERSE_VOLATILITY:
            return _by_inverse_volatility(members, measured_since)


def apportioned(total: Decimal, weights: Weights, step: Decimal) -> dict[PortfolioId, Decimal]:
    """Share `total`, a number of whole steps, in whole steps that sum to it.

    What does not divide goes a step each to the largest remainders (Hamilton's method), of equal
    ones to the lower id.
    """
    whole = sum(weights.values(), ZERO)
    exact = {owner: total * weight / whole for owner, weight in weights.items()}
    parts = {owner: part.quantize(step, ROUND_FLOOR) for owner, part in exact.items()}
    rest = int((total - sum(parts.values(), ZERO)) / step)
    for owner in sorted(exact, key=lambda owner: (parts[owner] - exact[owner], owner))[:rest]:
        parts[owner] += step
    return parts


def _by_inverse_volatility(members: Sequence[Member], measured_since: datetime) -> Weights:
    """Weights that sum to 1: 1 / volatility, in whole millionths.

    Naive risk parity: each portfolio has the same part of the risk, were they not correlated.
    Source: S. Maillard, T. Roncalli, J. Teïletche, *The Properties of Equally Weighted Risk
    Contribution Portfolios*, Journal of Portfolio Management 36 (2010).
    """
    problems = [
        f"rebalancing: inverse_volatility cannot weigh portfolio {member.portfolio_id}: {problem}"
        for member in members
        if (problem := _obstacle(member, measured_since))
    ]
    if problems:
        raise InvalidRequest(*problems)
    inverse = {
        member.portfolio_id: Decimal(1 / member.volatility)
        for member in members
        if member.volatility
    }
    return apportioned(ONE, inverse, WEIGHT_STEP) if inverse else {}


def _obstacle(member: Member, measured_since: datetime) -> str | None:
    if member.measured_at is None:
        return "its metrics are not computed yet"
    if member.measured_at < measured_since:
        return f"its metrics are of {member.measured_at:%Y-%m-%d %H:%M} UTC, which is too old"
    if member.volatility is None:
        return f"{member.days or 0} daily returns are known, and {LEAST_RETURNS} are needed"
    if member.volatility < LEAST_VOLATILITY:
        return "its equity has not moved"
    return None
