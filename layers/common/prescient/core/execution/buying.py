"""Buy orders: fills under every limit, one order alone or the legs of a group all or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from prescient.core.execution.account import RunningAccount
from prescient.core.execution.orders import BuyOrder
from prescient.core.execution.results import Bought, Rejected, Rejection, first_broken
from prescient.core.execution.rules import Rules
from prescient.core.market.fills import LEAST_BUY, Fill, buy, buy_exactly, highest_price
from prescient.core.money import HALF
from prescient.core.portfolio.exits import triggers
from prescient.core.portfolio.portfolios import PortfolioStatus


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


def _refusal_of_market(order: BuyOrder, account: RunningAccount, rules: Rules) -> Rejection | None:
    stop = rules.stop_loss_percentage
    return first_broken(
        (
            (account.status is not PortfolioStatus.ACTIVE, Rejection.PORTFOLIO_NOT_ACTIVE),
            (order.identity_changed, Rejection.IDENTITY_CHANGED),
            (not order.open, Rejection.MARKET_CLOSED),
            (order.outcome_proposed, Rejection.OUTCOME_PROPOSED),
            (_has_ended(order), Rejection.MARKET_ENDED),
            (account.holds(order.market_id, order.action.outcome), Rejection.ALREADY_HELD),
            (rules.finds_stale(order), Rejection.STALE_QUOTE),
            (order.available.best_ask is None, Rejection.NO_QUOTE),
            (
                _spread_exceeds_stop(order, stop),
                Rejection.SPREAD_EXCEEDS_STOP,
            ),
        )
    )


def _has_ended(order: BuyOrder) -> bool:
    return order.time_to_end is not None and order.time_to_end <= timedelta(0)


def _spread_exceeds_stop(order: BuyOrder, stop: Decimal | None) -> bool:
    """Such an entry would be stopped out by its own spread; a leg has no stop."""
    ask = order.available.best_ask
    if stop is None or ask is None or order.group_id is not None:
        return False
    return (ask - order.bid) / ask > stop * HALF


def _refusal_of_cost(
    order: BuyOrder, cost: Decimal, account: RunningAccount, rules: Rules
) -> Rejection | None:
    limits, shared = rules.limits, rules.shared
    event = account.in_event(order.event_id) + cost
    market = account.in_market(order.market_id) + cost
    capital = account.capital + cost
    checks: tuple[tuple[Decimal | int, Decimal | int | None, Rejection], ...] = (
        (account.open_positions + 1, limits.max_positions, Rejection.MAX_POSITIONS),
        (cost, rules.position_limit, Rejection.MAX_POSITION_SIZE),
        (cost, account.balance, Rejection.INSUFFICIENT_BALANCE),
        (account.invested + cost, limits.max_total_exposure, Rejection.MAX_TOTAL_EXPOSURE),
        (event, rules.max_event_exposure, Rejection.EVENT_EXPOSURE_CAP),
        (market, shared.max_market_exposure, Rejection.MARKET_EXPOSURE_CAP),
        (capital, shared.total_capital, Rejection.TOTAL_CAPITAL_CAP),
    )
    return first_broken(
        (limit is not None and value > limit, reason) for value, limit, reason in checks
    )
