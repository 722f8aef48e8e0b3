"""The prices of a market row: best bid and ask, outcome prices, fee schedule."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

from prescient.core.market.markets import FeeSchedule, Quote
from prescient.core.money import ONE, PRICE_STEP, ZERO
from prescient.polymarket.fields import flag, json_list, number, price, remembering, rounded
from prescient.polymarket.raw_rows import MarketRow
from prescient.polymarket.skip_reasons import Refusal, SkipReason, keep_row

LARGEST_FEE_EXPONENT = Decimal(10)
PRICE_SUM_TOLERANCE = Decimal("0.01")


class Prices(NamedTuple):
    """A market's prices in a row (0–1); None where the row has none."""

    yes: Decimal | None
    no: Decimal | None
    quote: Quote | None

    @property
    def has_price(self) -> bool:
        """False for a market without outcome prices whose book is empty."""
        quoted = self.quote is not None and (self.quote.has_bid or self.quote.has_ask)
        return self.yes is not None or quoted


def live_prices(row: MarketRow, refuse: Refusal) -> Prices:
    """Read the prices of a live market; what is absurd, or missing altogether, is refused."""
    yes, no = _outcome_prices(row, refuse) or (None, None)
    if yes is not None and no is not None and abs(yes + no - ONE) > PRICE_SUM_TOLERANCE:
        refuse(SkipReason.BAD_OUTCOME_PRICES)
        yes = no = None
    prices = Prices(yes, no, _quote(row, refuse))
    if not prices.has_price:
        refuse(SkipReason.WITHOUT_PRICES)
    return prices


def closed_prices(row: MarketRow) -> Prices:
    """Read the prices of a market that has closed, None where they cannot be read.

    Its quote no longer trades, so there is none.
    """
    yes, no = _outcome_prices(row, keep_row) or (None, None)
    return Prices(yes, no, quote=None)


def fee_schedule(row: MarketRow, refuse: Refusal) -> FeeSchedule | None:
    """Read the taker fee, rounded to what costs more; None if it is on and unreadable.

    None is guessed.
    """
    if not flag(row.fees_enabled):
        return FeeSchedule()
    schedule = row.fee_schedule
    given = schedule if isinstance(schedule, Mapping) else {}
    rate = number(given.get("rate"), at_least=ZERO, at_most=ONE)
    exponent = number(given.get("exponent", 1), at_least=ZERO, at_most=LARGEST_FEE_EXPONENT)
    if rate is None or exponent is None:
        refuse(SkipReason.BAD_FEE_SCHEDULE)
        return None
    return FeeSchedule(
        rounded(rate, PRICE_STEP, ROUND_CEILING), rounded(exponent, PRICE_STEP, ROUND_FLOOR)
    )


def _quote(row: MarketRow, refuse: Refusal) -> Quote | None:
    """Read YES's best bid, rounded down, and ask, rounded up.

    A missing side is empty, and both missing are no quote.
    """
    bid, ask = row.best_bid, row.best_ask
    if bid is None and ask is None:
        return None
    highest = ZERO if bid is None else price(bid, ROUND_FLOOR)
    lowest = ONE if ask is None else price(ask, ROUND_CEILING)
    # Nothing is bid at 1 or offered at 0: taken for a price, either would move the mark.
    if highest is None or lowest is None or highest == ONE or lowest == ZERO:
        refuse(SkipReason.BAD_QUOTE)
        return None
    if highest > lowest:
        refuse(SkipReason.CROSSED_QUOTE)
        return None
    return Quote(bid=highest, ask=lowest)


def _outcome_prices(row: MarketRow, refuse: Refusal) -> tuple[Decimal, Decimal] | None:
    """Read the prices of both outcomes; None if the row has none that can be read."""
    if row.outcome_prices is None:
        return None
    match _listed_prices(row.outcome_prices):
        case []:
            return None
        case [Decimal() as yes, Decimal() as no]:
            return yes, no
        case _:
            refuse(SkipReason.BAD_OUTCOME_PRICES)
            return None


@remembering
def _listed_prices(value: object) -> list[Decimal | None] | None:
    listed = json_list(value)
    return None if listed is None else [price(listed_price) for listed_price in listed]
