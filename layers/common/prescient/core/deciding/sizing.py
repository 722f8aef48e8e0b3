"""How many dollars a signal asks for."""

from __future__ import annotations

from decimal import Decimal

from prescient.core.deciding.legs import Caps, EqualLegs, PricedLeg, equal_shares
from prescient.core.execution.rules import position_limit
from prescient.core.market.fees import fee_per_share
from prescient.core.market.fills import Evidence, Offers, depth, highest_price, notional
from prescient.core.market.markets import EventId
from prescient.core.money import ONE, ZERO, cents_down
from prescient.core.strategies.configuration import KellyConfiguration, StrategyConfiguration
from prescient.core.strategies.protocol import Leg, LegGroup, Opinion, PortfolioView


def budget(opinion: Opinion, configuration: StrategyConfiguration, view: PortfolioView) -> Decimal:
    """Dollars for one buy, fees included; 0 where there is nothing to gain or nothing to spend.

    The stake that the configuration wants, but never above the position limit, what the portfolio
    may still spend, and its share of the book.
    """
    available = opinion.candidate.offers_of(opinion.outcome)
    limits = (
        wanted_stake(configuration, view.equity, opinion, available),
        spendable(configuration, view, opinion.candidate.event_id),
        position_limit(configuration, view.limits),
        _depth_dollars(configuration, available),
    )
    return max(cents_down(min(limit for limit in limits if limit is not None)), ZERO)


def plan(
    group: LegGroup, configuration: StrategyConfiguration, view: PortfolioView
) -> EqualLegs | None:
    """Equal shares of all legs for at most the stake of one trade, where that is worth it."""
    stake = fixed_stake(configuration, view.equity)
    spending = spendable(configuration, view, group.legs[0].candidate.event_id)
    legs = [_priced(leg, configuration) for leg in group.legs]
    caps = Caps(min(stake, spending), position_limit(configuration, view.limits))
    return equal_shares(legs, group.guarantee, caps)


def wanted_stake(
    configuration: StrategyConfiguration, equity: Decimal, opinion: Opinion, available: Offers
) -> Decimal:
    """Kelly's where it is switched on and there is a win probability, else the fixed stake."""
    probability, ask = opinion.win_probability, available.best_ask
    if not isinstance(configuration, KellyConfiguration) or configuration.kelly_fraction is None:
        return fixed_stake(configuration, equity)
    if probability is None or ask is None:
        return fixed_stake(configuration, equity)
    price = ask + fee_per_share(opinion.candidate.fee, ask)
    return equity * configuration.kelly_fraction * kelly_stake(probability, price)


def fixed_stake(configuration: StrategyConfiguration, equity: Decimal) -> Decimal:
    """Dollars: `trade_amount`, or equity × risk / stop where `risk_per_trade` is set.

    Without a stop the whole trade is at risk: stop 1.
    """
    if configuration.risk_per_trade is None:
        return configuration.trade_amount
    return equity * configuration.risk_per_trade / (configuration.stop_loss_percentage or ONE)


def kelly_stake(win_probability: Decimal, price: Decimal) -> Decimal:
    """The part of equity whose bet grows it fastest; 0 where the price takes all of the edge.

    A share costs `price` and pays 1: odds b = (1 − q) / q, so that Kelly's f* = (bp − (1 − p)) / b
    becomes (p − q) / (1 − q). J. L. Kelly, "A New Interpretation of Information Rate", Bell System
    Technical Journal 35 (1956); the form for odds b: E. O. Thorp, "The Kelly Criterion in
    Blackjack, Sports Betting, and the Stock Market" (2006).
    """
    if price >= ONE:
        return ZERO
    return max((win_probability - price) / (ONE - price), ZERO)


def spendable(
    configuration: StrategyConfiguration, view: PortfolioView, event_id: EventId | None
) -> Decimal:
    """Dollars that cash, `max_total_exposure` and `max_event_exposure` still leave."""
    left = [view.cash]
    if view.limits.max_total_exposure is not None:
        left.append(view.limits.max_total_exposure - view.invested())
    if configuration.max_event_exposure is not None:
        left.append(configuration.max_event_exposure - view.invested_in(event_id))
    return min(left)


def _priced(leg: Leg, configuration: StrategyConfiguration) -> PricedLeg:
    available = leg.candidate.offers_of(leg.outcome)
    limit_price = _limit_price(configuration, available)
    share = configuration.max_depth_share if available.evidence is Evidence.BOOK else ONE
    most_shares = share * depth(available.within(limit_price))
    return PricedLeg(available, limit_price, most_shares, leg.candidate.fee)


def _depth_dollars(configuration: StrategyConfiguration, available: Offers) -> Decimal | None:
    """The share of its book that one trade may take; what a quote offers is cautious already."""
    if available.evidence is not Evidence.BOOK:
        return None
    reach = available.within(_limit_price(configuration, available))
    dollars = notional([(level.price, level.shares) for level in reach])
    return dollars * configuration.max_depth_share


def _limit_price(configuration: StrategyConfiguration, available: Offers) -> Decimal:
    ask = available.best_ask
    return ZERO if ask is None else highest_price(ask, configuration.max_slippage)
