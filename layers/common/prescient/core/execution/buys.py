"""Turning signals into fills under every limit (DESIGN.md section 6). Rejections are results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from prescient.core.market.fills import LEAST_BUY, Fill, Offers, buy, buy_exactly, highest_price
from prescient.core.market.markets import EventId, FeeSchedule, MarketId
from prescient.core.money import ZERO
from prescient.core.portfolio.portfolios import GlobalLimits, Limits, PortfolioStatus
from prescient.core.portfolio.positions import Action

HALF = Decimal("0.5")


class Rejection(StrEnum):
    """Why a signal did not execute."""

    PORTFOLIO_NOT_ACTIVE = "portfolio_not_active"
    MARKET_CLOSED = "market_closed"
    ALREADY_HELD = "already_held"
    STALE_QUOTE = "stale_quote"
    NO_QUOTE = "no_quote"
    SPREAD_EXCEEDS_STOP = "spread_exceeds_stop"
    SLIPPAGE = "slippage"
    BELOW_MINIMUM = "below_minimum"
    MAX_POSITIONS = "max_positions"
    MAX_POSITION_SIZE = "max_position_size"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    MAX_TOTAL_EXPOSURE = "max_total_exposure"
    EVENT_EXPOSURE_CAP = "event_exposure_cap"
    MARKET_EXPOSURE_CAP = "market_exposure_cap"
    TOTAL_CAPITAL_CAP = "total_capital_cap"
    INCOMPLETE_LEGS = "incomplete_legs"


@dataclass(frozen=True, slots=True)
class Order:
    """A buy signal with what the cycle's batch, and anything newer, says of its market.

    `target_price` is 0–1, `budget` dollars with fees; `bid` is that of the bought outcome. The
    legs of a group (`group_id`) name the exact `shares` that each of them must get.
    """

    signal_id: int
    market_id: MarketId
    event_id: EventId | None
    action: Action
    target_price: Decimal
    budget: Decimal
    confidence: Decimal
    liquidity: Decimal
    available: Offers
    bid: Decimal
    fee: FeeSchedule
    open: bool
    quote_age: timedelta
    shares: Decimal | None = None
    group_id: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What binds a portfolio's fills: its limits (dollars of cost basis) and its configuration."""

    limits: Limits
    position_limit: Decimal | None
    max_event_exposure: Decimal | None
    stop_loss_percentage: Decimal | None
    max_slippage: Decimal
    shared: GlobalLimits
    max_quote_age: timedelta


@dataclass(slots=True)
class Account:
    """A portfolio's running state while its orders execute; dollars of cash and cost basis."""

    status: PortfolioStatus
    balance: Decimal
    invested: Decimal
    open_positions: int
    held: set[tuple[MarketId, Action]]
    event_exposure: defaultdict[EventId, Decimal]
    market_exposure: defaultdict[MarketId, Decimal]
    capital_in_use: Decimal

    def take(self, order: Order, cost: Decimal) -> None:
        self.balance -= cost
        self.invested += cost
        self.open_positions += 1
        self.held.add((order.market_id, order.action))
        self.market_exposure[order.market_id] += cost
        self.capital_in_use += cost
        if order.event_id is not None:
            self.event_exposure[order.event_id] += cost

    def copy(self) -> Account:
        """The same account, to try on what may not happen."""
        return replace(
            self,
            held=set(self.held),
            event_exposure=self.event_exposure.copy(),
            market_exposure=self.market_exposure.copy(),
        )


@dataclass(frozen=True, slots=True)
class Executions:
    """Fills and rejections, in the order of execution."""

    fills: list[tuple[Order, Fill]] = field(default_factory=list)
    rejections: list[tuple[Order, Rejection]] = field(default_factory=list)


def execute(orders: Sequence[Order], account: Account, rules: Rules) -> Executions:
    """Fill what may be filled, best confidence first; the legs of a group all or none.

    Each order sees what the ones before it took. Every limit is checked against the cost of the
    real fill, fees included.
    """
    done = Executions()
    for legs in _by_confidence(orders):
        trial = account.copy() if len(legs) > 1 else account
        attempt = _attempt(legs, trial, rules)
        done.fills.extend(attempt.fills)
        done.rejections.extend(attempt.rejections)
        if attempt.fills:
            account = trial
    return done


def _by_confidence(orders: Sequence[Order]) -> list[list[Order]]:
    """Groups and single orders; ties go to the deeper market, then to the lower market id."""
    ranked = sorted(orders, key=lambda one: (-one.confidence, -one.liquidity, one.market_id))
    units: dict[str, list[Order]] = {}
    for order in ranked:
        units.setdefault(order.group_id or f"signal {order.signal_id}", []).append(order)
    return list(units.values())


def _attempt(legs: Sequence[Order], trial: Account, rules: Rules) -> Executions:
    """All legs filled, or all rejected: the one that failed with its reason."""
    done = Executions()
    for leg in legs:
        result = _fill(leg, trial, rules)
        if isinstance(result, Rejection):
            others = [(one, Rejection.INCOMPLETE_LEGS) for one in legs if one is not leg]
            return Executions(rejections=[(leg, result), *others])
        trial.take(leg, result.cost_basis)
        done.fills.append((leg, result))
    return done


def _fill(order: Order, account: Account, rules: Rules) -> Fill | Rejection:
    refusal = _refusal_of_market(order, account, rules)
    if refusal is not None:
        return refusal
    limit_price = highest_price(order.target_price, rules.max_slippage)
    best_ask = order.available.best_ask
    if best_ask is not None and best_ask > limit_price:
        return Rejection.SLIPPAGE
    if order.shares is not None:
        fill = buy_exactly(order.shares, order.available, limit_price, order.fee)
        if fill is None:
            return Rejection.INCOMPLETE_LEGS
    else:
        fill = buy(order.budget, order.available, limit_price, order.fee)
    if fill is None or fill.cost_basis < LEAST_BUY:
        return Rejection.BELOW_MINIMUM
    return _refusal_of_cost(order, fill.cost_basis, account, rules) or fill


def _refusal_of_market(order: Order, account: Account, rules: Rules) -> Rejection | None:
    checks = (
        (account.status is not PortfolioStatus.ACTIVE, Rejection.PORTFOLIO_NOT_ACTIVE),
        (not order.open, Rejection.MARKET_CLOSED),
        ((order.market_id, order.action) in account.held, Rejection.ALREADY_HELD),
        (order.quote_age > rules.max_quote_age, Rejection.STALE_QUOTE),
        (order.available.best_ask is None, Rejection.NO_QUOTE),
        (_spread_exceeds_stop(order, rules.stop_loss_percentage), Rejection.SPREAD_EXCEEDS_STOP),
    )
    return next((reason for broken, reason in checks if broken), None)


def _spread_exceeds_stop(order: Order, stop: Decimal | None) -> bool:
    """Such an entry would be stopped out by its own spread; a leg has no stop."""
    ask = order.available.best_ask
    if stop is None or ask is None or order.group_id is not None:
        return False
    return (ask - order.bid) / ask > stop * HALF


def _refusal_of_cost(
    order: Order, cost: Decimal, account: Account, rules: Rules
) -> Rejection | None:
    event = account.event_exposure[order.event_id] if order.event_id is not None else ZERO
    market = account.market_exposure[order.market_id]
    limits, shared = rules.limits, rules.shared
    checks: tuple[tuple[Decimal | int, Decimal | int | None, Rejection], ...] = (
        (account.open_positions + 1, limits.max_positions, Rejection.MAX_POSITIONS),
        (cost, rules.position_limit, Rejection.MAX_POSITION_SIZE),
        (cost, account.balance, Rejection.INSUFFICIENT_BALANCE),
        (account.invested + cost, limits.max_total_exposure, Rejection.MAX_TOTAL_EXPOSURE),
        (event + cost, rules.max_event_exposure, Rejection.EVENT_EXPOSURE_CAP),
        (market + cost, shared.max_market_exposure, Rejection.MARKET_EXPOSURE_CAP),
        (account.capital_in_use + cost, shared.total_capital, Rejection.TOTAL_CAPITAL_CAP),
    )
    return next(
        (reason for value, limit, reason in checks if limit is not None and value > limit), None
    )
