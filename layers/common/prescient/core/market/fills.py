"""What an order gets: shares, price and fee, and on what evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from prescient.core.market.books import Level, OrderBook, beyond, left_of
from prescient.core.market.fees import fee_per_share
from prescient.core.market.markets import FeeSchedule, Quote
from prescient.core.money import CENT, ONE, SHARE_STEP, ZERO, cents_up, price_half_up, shares_down

ASSUMED_SPREAD = Decimal("0.02")
QUOTE_SHARE_OF_LIQUIDITY = Decimal("0.01")
LEAST_BUY = Decimal("1.00")
LARGEST_RELATIVE_SLIPPAGE = Decimal("0.10")

Match = tuple[Decimal, Decimal]
"""A price 0–1 and the shares that changed hands at it."""


class Evidence(StrEnum):
    """How well a fill is supported: by an order book, by best bid and ask, or by the mark alone."""

    BOOK = "book"
    QUOTE = "quote"
    MID = "mid"


class Offers(NamedTuple):
    """What is offered of one outcome, cheapest first; empty without an ask.

    A level may have no shares: its price is an ask that can be told and not bought at.
    """

    evidence: Evidence
    levels: tuple[Level, ...]

    @property
    def best_ask(self) -> Decimal | None:
        return self.levels[0].price if self.levels else None

    def within(self, limit_price: Decimal) -> tuple[Level, ...]:
        """The levels at or below `limit_price`."""
        return tuple([level for level in self.levels if level.price <= limit_price])

    def beyond(self, taken: Decimal) -> Offers:
        """What is left once `taken` shares are gone, the cheapest first."""
        return self._replace(levels=beyond(self.levels, taken))


class Fill(NamedTuple):
    """A buy that happened. `amount` and `fee` are dollars in whole cents, `shares` hundredths."""

    shares: Decimal
    amount: Decimal
    fee: Decimal
    price: Decimal
    evidence: Evidence

    @property
    def cost_basis(self) -> Decimal:
        return self.amount + self.fee


def offers(quote: Quote | None, mark: Decimal | None, liquidity: Decimal) -> Offers:
    """What can be bought of an outcome without its book.

    At the ask where there is a quote; without any quote at the mark plus half of an assumed
    spread; either way for at most one percent of the market's liquidity (dollars). Without
    liquidity the level has no shares: a decision names its price, and no order takes it.
    """
    if quote is not None:
        price, evidence = quote.ask, Evidence.QUOTE
    elif mark is not None:
        price, evidence = mark + ASSUMED_SPREAD / 2, Evidence.MID
    else:
        return Offers(Evidence.MID, ())
    if not ZERO < price < ONE:
        return Offers(evidence, ())
    shares = shares_down(liquidity * QUOTE_SHARE_OF_LIQUIDITY / price)
    return Offers(evidence, (Level(price, shares),))


def offers_from_book(book: OrderBook) -> Offers:
    """What can be bought of an outcome whose book is known: its whole ask side."""
    return Offers(Evidence.BOOK, tuple(_offered(book.asks)))


def offers_in_reach(asks: Iterable[Level], taken: Decimal, limit_price: Decimal) -> Offers:
    """What a buy at or below `limit_price` can use of asks, of which `taken` shares are gone.

    No level is looked at after the first that lies beyond it, which stays: it is the best ask
    where none is in reach.
    """
    levels, offered = [], _offered(asks)
    for level in left_of(offered, taken) if taken else offered:
        levels.append(level)
        if level.price > limit_price:
            break
    return Offers(Evidence.BOOK, tuple(levels))


def offers_to_decide_on(asks: Iterable[Level]) -> Offers:
    """What a buy that is decided at the best of the asks can use, whatever slippage it allows."""
    offered = _offered(asks)
    best = next(offered, None)
    if best is None:
        return Offers(Evidence.BOOK, ())
    others = offers_in_reach(offered, ZERO, highest_price(best.price, ONE))
    return Offers(Evidence.BOOK, (best, *others.levels))


def _offered(asks: Iterable[Level]) -> Iterator[Level]:
    return (level for level in asks if ZERO < level.price < ONE and level.shares > ZERO)


def highest_price(target: Decimal, max_slippage: Decimal) -> Decimal:
    """The worst price 0–1 that a buy decided at `target` may pay."""
    return target + min(max_slippage, target * LARGEST_RELATIVE_SLIPPAGE)


def lowest_price(target: Decimal, max_slippage: Decimal) -> Decimal:
    """The worst price 0–1 that a sale decided at `target` may take."""
    return target - min(max_slippage, target * LARGEST_RELATIVE_SLIPPAGE)


def buy(
    budget: Decimal, available: Offers, limit_price: Decimal, schedule: FeeSchedule
) -> Fill | None:
    """The largest buy, in hundredths of a share, whose amount and fee fit `budget` dollars.

    Walks the levels at or below `limit_price`, cheapest first. None when not a hundredth fits.
    """
    levels = available.within(limit_price)
    taken = _NOTHING
    for price, shares in levels:
        fee = fee_per_share(schedule, price)
        with_level = taken.and_(shares, price, fee)
        if with_level.cost > budget:
            taken = _most(budget, taken, price, fee)
            break
        taken = with_level
    whole = shares_down(taken.shares)
    if whole <= ZERO:
        return None
    if whole != taken.shares:
        return _bought(whole, levels, schedule, available.evidence)
    return taken.fill(available.evidence)


def buy_exactly(
    shares: Decimal, available: Offers, limit_price: Decimal, schedule: FeeSchedule
) -> Fill | None:
    """All of `shares` at or below `limit_price`, or None: a leg is never filled in part."""
    levels = available.within(limit_price)
    if shares <= ZERO or depth(levels) < shares:
        return None
    return _bought(shares, levels, schedule, available.evidence)


def walk(levels: Sequence[Level], shares: Decimal) -> tuple[Match, ...]:
    """Take at most `shares` from the levels, in their order. A level of no shares is none."""
    matches = []
    left = shares
    for level in levels:
        if left <= ZERO:
            break
        if level.shares > ZERO:
            taken = min(left, level.shares)
            matches.append((level.price, taken))
            left -= taken
    return tuple(matches)


def notional(matches: Sequence[Match]) -> Decimal:
    """Σ price × shares, in dollars, not rounded."""
    return sum((price * shares for price, shares in matches), ZERO)


def depth(levels: Sequence[Level]) -> Decimal:
    """The shares of all levels."""
    return sum((level.shares for level in levels), ZERO)


class _Taken(NamedTuple):
    """Shares from the front of the levels, with their dollars and fee before any rounding."""

    shares: Decimal
    dollars: Decimal
    fee: Decimal

    @property
    def cost(self) -> Decimal:
        """Dollars in whole cents: amount and fee are each rounded up."""
        return cents_up(self.dollars) + cents_up(self.fee)

    def and_(self, shares: Decimal, price: Decimal, fee: Decimal) -> _Taken:
        """With `shares` more at `price`, each of them with this fee."""
        return _Taken(self.shares + shares, self.dollars + price * shares, self.fee + fee * shares)

    def fill(self, evidence: Evidence) -> Fill:
        price = price_half_up(self.dollars / self.shares)
        return Fill(self.shares, cents_up(self.dollars), cents_up(self.fee), price, evidence)


_NOTHING = _Taken(ZERO, ZERO, ZERO)


def _bought(
    shares: Decimal, levels: Sequence[Level], schedule: FeeSchedule, evidence: Evidence
) -> Fill:
    taken = _NOTHING
    for price, matched in walk(levels, shares):
        taken = taken.and_(matched, price, fee_per_share(schedule, price))
    return taken.fill(evidence)


def _most(budget: Decimal, taken: _Taken, price: Decimal, fee: Decimal) -> _Taken:
    """`taken` and as many shares of a level as fit, up to a whole hundredth in all.

    Binary search: cost grows with shares, but the roundings leave no closed form. They add less
    than 2 cents. All that the level offers does not fit.
    """
    left, each = budget - taken.dollars - taken.fee, price + fee
    fits = int(max(taken.shares, taken.shares + (left - 2 * CENT) / each) / SHARE_STEP)
    too_many = int((taken.shares + left / each) / SHARE_STEP) + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        more = taken.and_(middle * SHARE_STEP - taken.shares, price, fee)
        if more.cost <= budget:
            fits = middle
        else:
            too_many = middle
    shares = fits * SHARE_STEP - taken.shares
    return taken.and_(shares, price, fee) if shares > ZERO else taken
