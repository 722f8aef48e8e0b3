"""Buy orders: fills under every limit, one order alone or the legs of a group all or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from prescient.core.execution.account import RunningAccount
from prescient.core.execution.orders import BuyOrder
from prescient.core.execution.results import Bought, Rejected, Rejection
from prescient.core.execution.rules import Rules
from prescient.core.market.fills import LEAST_BUY, Fill, buy, buy_exactly, highest_price
from prescient.core.money import HALF
from prescient.core.portfolio.exits import triggers
from prescient.core.portfolio.portfolios import PortfolioStatus

_NOW = timedelta(0)


def fill_legs(
    legs: Sequence[BuyOrder], account: RunningAccount, rules: Rules
) -> list[Bought] | list[Rejected]:
    """Fill all legs out of the account, or reject all: the one that failed with its reason.

    Every limit is checked against the cost of the real fill, fees included, after what the legs
    before it took.
    """
    filled: list[Bought] = []
    for leg in legs:
        fill = _fill(leg, account, rules)
        if isinstance(fill, Rejection):
            for _ in filled:
                account.undo_last_buy()
            others = (other for other in legs if other is not leg)
            return [
                Rejected(leg, fill),
                *(Rejected(other, Rejection.INCOMPLETE_LEGS) for other in others),
            ]
        filled.append(_bought(leg, fill, rules))
        account.buy(filled[-1])
    return filled


def _bought(order: BuyOrder, fill: Fill, rules: Rules) -> Bought:
    stop, take = rules.stop_loss_percentage, rules.take_profit_percentage
    closing = triggers(
        fill.price,
        order.bid,
        stop,
        take,
        tick_size=order.tick_size,
        fee=order.fee,
        group_id=order.group_id,
    )
    return Bought(order, fill, closing)


def _fill(order: BuyOrder, account: RunningAccount, rules: Rules) -> Fill | Rejection:
    refusal = next(_refusals_of_entry(order, account, rules), None)
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
    return next(_refusals_of_cost(order, fill.cost_basis, account, rules), fill)


def _refusals_of_entry(
    order: BuyOrder, account: RunningAccount, rules: Rules
) -> Iterator[Rejection]:
    if account.status is not PortfolioStatus.ACTIVE:
        yield Rejection.PORTFOLIO_NOT_ACTIVE
    yield from _refusals_of_market(order)
    if account.holds(order.market_id, order.action.outcome):
        yield Rejection.ALREADY_HELD
    if rules.finds_stale(order):
        yield Rejection.STALE_QUOTE
    if order.available.best_ask is None:
        yield Rejection.NO_QUOTE
    if _spread_exceeds_stop(order, rules.stop_loss_percentage):
        yield Rejection.SPREAD_EXCEEDS_STOP


def _refusals_of_market(order: BuyOrder) -> Iterator[Rejection]:
    if order.identity_changed:
        yield Rejection.IDENTITY_CHANGED
    if not order.open:
        yield Rejection.MARKET_CLOSED
    if order.outcome_proposed:
        yield Rejection.OUTCOME_PROPOSED
    if _has_ended(order):
        yield Rejection.MARKET_ENDED


def _has_ended(order: BuyOrder) -> bool:
    return order.time_to_end is not None and order.time_to_end <= _NOW


def _spread_exceeds_stop(order: BuyOrder, stop: Decimal | None) -> bool:
    """Such an entry would be stopped out by its own spread; a leg has no stop."""
    ask = order.available.best_ask
    if stop is None or ask is None or order.group_id is not None:
        return False
    return (ask - order.bid) / ask > stop * HALF


def _refusals_of_cost(
    order: BuyOrder, cost: Decimal, account: RunningAccount, rules: Rules
) -> Iterator[Rejection]:
    limits, shared = rules.limits, rules.shared
    if _exceeds(account.open_positions + 1, limits.max_positions):
        yield Rejection.MAX_POSITIONS
    if _exceeds(cost, rules.position_limit):
        yield Rejection.MAX_POSITION_SIZE
    if cost > account.balance:
        yield Rejection.INSUFFICIENT_BALANCE
    if _exceeds(account.invested + cost, limits.max_total_exposure):
        yield Rejection.MAX_TOTAL_EXPOSURE
    if _exceeds(account.in_event(order.event_id) + cost, rules.max_event_exposure):
        yield Rejection.EVENT_EXPOSURE_CAP
    if _exceeds(account.in_market(order.market_id) + cost, shared.max_market_exposure):
        yield Rejection.MARKET_EXPOSURE_CAP
    if _exceeds(account.capital + cost, shared.total_capital):
        yield Rejection.TOTAL_CAPITAL_CAP


def _exceeds(value: Decimal | int, limit: Decimal | int | None) -> bool:
    return limit is not None and value > limit
