"""How many shares of every leg a group can buy and still be worth it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from prescient.core.market.books import Level
from prescient.core.market.fees import fee_per_share
from prescient.core.market.fills import LEAST_BUY, Fill, Offers, buy_exactly
from prescient.core.market.markets import FeeSchedule
from prescient.core.money import SHARE_STEP, ZERO, shares_down
from prescient.core.strategies.protocol import Guarantee


class PricedLeg(NamedTuple):
    """A leg with its offers up to `limit_price`, of which it may take at most `most_shares`."""

    available: Offers
    limit_price: Decimal
    most_shares: Decimal
    fee: FeeSchedule

    def levels(self) -> tuple[Level, ...]:
        return self.available.within(self.limit_price)

    def buy(self, shares: Decimal) -> Fill | None:
        return buy_exactly(shares, self.available, self.limit_price, self.fee)


class Caps(NamedTuple):
    """Dollars, fees included: for the group and for each leg; None where there is no cap."""

    group: Decimal
    leg: Decimal | None


class EqualLegs(NamedTuple):
    """Equal shares of every leg; `costs` are dollars, fees included, in the order of the legs."""

    shares: Decimal
    costs: tuple[Decimal, ...]


def equal_shares(legs: Sequence[PricedLeg], guarantee: Guarantee, caps: Caps) -> EqualLegs | None:
    """The most shares, in hundredths, that every leg can get within the caps.

    The books are walked only as far as one more share of every leg still keeps the guarantee. None
    when the cents that each fill rounds up would break it, or when a leg is too small to buy.
    """
    deepest = min((_worthwhile_shares(legs, guarantee), *(leg.most_shares for leg in legs)))
    shares = _most_within(legs, caps, shares_down(deepest))
    costs = _costs(legs, shares)
    if costs is None or min(costs) < LEAST_BUY:
        return None
    return EqualLegs(shares, costs) if guarantee.covers(sum(costs, ZERO), shares) else None


def _worthwhile_shares(legs: Sequence[PricedLeg], guarantee: Guarantee) -> Decimal:
    """How deep one more share of every leg, fees included, still keeps the guarantee."""
    books = [[*reversed(leg.levels())] for leg in legs]
    shares = ZERO
    while all(books):
        best = [book.pop() for book in books]
        prices = zip(legs, (level.price for level in best), strict=True)
        marginal = sum((price + fee_per_share(leg.fee, price) for leg, price in prices), ZERO)
        if not guarantee.covers(marginal):
            break
        step = min(level.shares for level in best)
        shares += step
        for book, (price, offered) in zip(books, best, strict=True):
            if offered > step:
                book.append(Level(price, offered - step))
    return shares


def _most_within(legs: Sequence[PricedLeg], caps: Caps, deepest: Decimal) -> Decimal:
    """Binary search: cost grows with shares, but the roundings leave no closed form."""
    fits, too_many = 0, int(deepest / SHARE_STEP) + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        costs = _costs(legs, middle * SHARE_STEP)
        if costs is not None and _fit(costs, caps):
            fits = middle
        else:
            too_many = middle
    return fits * SHARE_STEP


def _fit(costs: Sequence[Decimal], caps: Caps) -> bool:
    return sum(costs) <= caps.group and (caps.leg is None or max(costs) <= caps.leg)


def _costs(legs: Sequence[PricedLeg], shares: Decimal) -> tuple[Decimal, ...] | None:
    """Dollars a leg as the fills will be, or None where a leg cannot get all its shares."""
    fills = [leg.buy(shares) for leg in legs]
    costs = tuple(fill.cost_basis for fill in fills if fill is not None)
    return costs if len(costs) == len(legs) else None
