"""What a buy gets: shares, price and fee, and on what evidence."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from prescient.core.books import Level
from prescient.core.fees import taker_fee
from prescient.core.markets import ONE, ZERO, FeeSchedule, Quote
from prescient.core.money import SHARE_STEP, cents_up, price_half_up, shares_down

ASSUMED_SPREAD = Decimal("0.02")
QUOTE_SHARE_OF_LIQUIDITY = Decimal("0.01")
LEAST_BUY = Decimal("1.00")
LARGEST_RELATIVE_SLIPPAGE = Decimal("0.10")


class Evidence(StrEnum):
    """How well a fill is supported: by an order book, by best bid and ask, or by the mark alone."""

    BOOK = "book"
    QUOTE = "quote"
    MID = "mid"


@dataclass(frozen=True, slots=True)
class Offers:
    """What is offered of one outcome, cheapest first; empty when nobody sells."""

    evidence: Evidence
    levels: tuple[Level, ...]

    @property
    def best_ask(self) -> Decimal | None:
        return self.levels[0].price if self.levels else None


@dataclass(frozen=True, slots=True)
class Fill:
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
    spread; either way for at most one percent of the market's liquidity (dollars).
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


def highest_price(target: Decimal, max_slippage: Decimal) -> Decimal:
    """The worst price 0–1 that a buy decided at `target` may pay."""
    return target + min(max_slippage, target * LARGEST_RELATIVE_SLIPPAGE)


def buy(
    budget: Decimal, available: Offers, limit_price: Decimal, schedule: FeeSchedule
) -> Fill | None:
    """The largest buy, in hundredths of a share, whose amount and fee fit `budget` dollars.

    Walks the levels at or below `limit_price`, cheapest first. None when not a hundredth fits.
    """
    levels = tuple(level for level in available.levels if level.price <= limit_price)
    steps = _most_steps(budget, levels, schedule)
    if steps == 0:
        return None
    matches = _walk(levels, steps * SHARE_STEP)
    shares = sum((taken for _, taken in matches), ZERO)
    notional = _notional(matches)
    return Fill(
        shares=shares,
        amount=cents_up(notional),
        fee=taker_fee(schedule, matches),
        price=price_half_up(notional / shares),
        evidence=available.evidence,
    )


def _most_steps(budget: Decimal, levels: tuple[Level, ...], schedule: FeeSchedule) -> int:
    """Binary search: cost grows with shares, but the roundings leave no closed form."""
    fits, too_many = 0, int(sum((level.shares for level in levels), ZERO) / SHARE_STEP) + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        matches = _walk(levels, middle * SHARE_STEP)
        if cents_up(_notional(matches)) + taker_fee(schedule, matches) <= budget:
            fits = middle
        else:
            too_many = middle
    return fits


def _walk(levels: tuple[Level, ...], shares: Decimal) -> list[tuple[Decimal, Decimal]]:
    matches = []
    left = shares
    for level in levels:
        taken = min(left, level.shares)
        if taken <= ZERO:
            break
        matches.append((level.price, taken))
        left -= taken
    return matches


def _notional(matches: list[tuple[Decimal, Decimal]]) -> Decimal:
    return sum((price * shares for price, shares in matches), ZERO)
