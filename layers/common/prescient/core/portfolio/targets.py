"""Which part of the capital each portfolio that is rebalanced should have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from itertools import pairwise
from statistics import stdev

from prescient.core.errors import InvalidRequest
from prescient.core.money import ONE, ZERO
from prescient.core.portfolio.portfolios import PortfolioId

LEAST_RETURNS = 30
LEAST_DEVIATION = 1e-9
WEIGHT_STEP = Decimal("0.000001")


class Targets(StrEnum):
    """How the capital is shared: as it was at first, in equal parts, by the configurations' own
    `rebalance_weight`, or in inverse proportion to the deviation of daily returns."""

    INITIAL = "initial"
    EQUAL = "equal"
    FIXED = "fixed"
    INVERSE_VOLATILITY = "inverse_volatility"


@dataclass(frozen=True, slots=True)
class Member:
    """A portfolio that takes part in rebalancing; money is dollars, and only cash can move.

    `threshold` and `fixed_weight` are its `rebalance_threshold` and `rebalance_weight`;
    `net_flows` are its deposits less its withdrawals since it was created.
    """

    portfolio_id: PortfolioId
    equity: Decimal
    cash: Decimal
    threshold: Decimal
    initial_balance: Decimal = ONE
    fixed_weight: Decimal = ONE
    net_flows: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Day:
    """The last equity of a day, and all that was paid in less all that was paid out until then,
    transfers included; dollars."""

    equity: Decimal
    flows: Decimal


Weights = Mapping[PortfolioId, Decimal]
"""Parts of the capital: a portfolio's weight beside the sum of all."""


def weights(
    targets: Targets, members: Sequence[Member], days: Mapping[PortfolioId, Sequence[Day]]
) -> Weights:
    """The weight of each member; `days`, in their order, are what inverse volatility needs.

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
            return _by_inverse_volatility(
                {member.portfolio_id: days.get(member.portfolio_id, ()) for member in members}
            )


def daily_returns(days: Sequence[Day]) -> list[float]:
    """(equity − what was paid in since) / equity of the day before − 1; until equity is gone."""
    found = []
    for before, after in pairwise(days):
        if before.equity <= ZERO:
            break
        earned = after.equity - (after.flows - before.flows)
        found.append(float(earned / before.equity - ONE))
    return found


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


def _by_inverse_volatility(days: Mapping[PortfolioId, Sequence[Day]]) -> Weights:
    """Weights that sum to 1: 1 / (sample standard deviation of daily returns), in whole millionths.

    Naive risk parity: each portfolio has the same part of the risk, were they not correlated.
    Source: S. Maillard, T. Roncalli, J. Teïletche, *The Properties of Equally Weighted Risk
    Contribution Portfolios*, Journal of Portfolio Management 36 (2010).
    """
    returns = {portfolio_id: daily_returns(history) for portfolio_id, history in days.items()}
    problems = [
        f"rebalancing: inverse_volatility cannot weigh portfolio {portfolio_id}: {problem}"
        for portfolio_id, found in returns.items()
        if (problem := _obstacle(found))
    ]
    if problems:
        raise InvalidRequest(*problems)
    inverse = {owner: Decimal(1 / stdev(found)) for owner, found in returns.items()}
    return apportioned(ONE, inverse, WEIGHT_STEP) if inverse else {}


def _obstacle(returns: Sequence[float]) -> str | None:
    if len(returns) < LEAST_RETURNS:
        return f"{len(returns)} daily returns are known, and {LEAST_RETURNS} are needed"
    if stdev(returns) < LEAST_DEVIATION:
        return "its equity has not moved"
    return None
