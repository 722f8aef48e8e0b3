"""The prices of a market row: best bid and ask, outcome prices, fee schedule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from prescient.core.market.markets import FeeSchedule, Quote
from prescient.core.money import ONE, ZERO
from prescient.polymarket.fields import flag, json_list, number
from prescient.polymarket.skip_reasons import RowSkipped, SkipReason

LARGEST_FEE_EXPONENT = Decimal(10)
PRICE_SUM_TOLERANCE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Prices:
    """A market's prices in a row (0–1); None where the row has none."""

    yes: Decimal | None
    no: Decimal | None
    quote: Quote | None

    @property
    def has_price(self) -> bool:
        """False for a market without outcome prices whose book is empty."""
        quoted = self.quote is not None and (self.quote.has_bid or self.quote.has_ask)
        return self.yes is not None or quoted


def live_prices(row: Mapping[str, object]) -> Prices:
    """Read the prices of a live market. Raises `RowSkipped` if they are missing or absurd."""
    quote = _quote(row)
    outcome_prices = _outcome_prices(row)
    if outcome_prices and abs(sum(outcome_prices) - ONE) > PRICE_SUM_TOLERANCE:
        raise RowSkipped(SkipReason.BAD_OUTCOME_PRICES)
    yes, no = outcome_prices or (None, None)
    prices = Prices(yes, no, quote)
    if not prices.has_price:
        raise RowSkipped(SkipReason.WITHOUT_PRICES)
    return prices


def closed_prices(row: Mapping[str, object]) -> Prices:
    """Read the prices of a market that has closed, without ever skipping it.

    Outcome prices that cannot be read are None. Its quote no longer trades, so there is none.
    """
    try:
        yes, no = _outcome_prices(row) or (None, None)
    except RowSkipped:
        yes, no = None, None
    return Prices(yes, no, quote=None)


def live_fee_schedule(row: Mapping[str, object]) -> FeeSchedule:
    """Read the taker fee. Raises `RowSkipped` if fees are on and unreadable: none is guessed."""
    if not flag(row.get("feesEnabled")):
        return FeeSchedule()
    schedule = row.get("feeSchedule")
    if not isinstance(schedule, Mapping):
        raise RowSkipped(SkipReason.BAD_FEE_SCHEDULE)
    rate = number(schedule.get("rate"), at_least=ZERO, at_most=ONE)
    exponent = number(schedule.get("exponent", 1), at_least=ZERO, at_most=LARGEST_FEE_EXPONENT)
    if rate is None or exponent is None:
        raise RowSkipped(SkipReason.BAD_FEE_SCHEDULE)
    return FeeSchedule(rate, exponent)


def closed_fee_schedule(row: Mapping[str, object]) -> FeeSchedule:
    """Read the taker fee of a closed market; it is never paid, so an unreadable one is none."""
    try:
        return live_fee_schedule(row)
    except RowSkipped:
        return FeeSchedule()


def _quote(row: Mapping[str, object]) -> Quote | None:
    """Read YES's best bid and ask; a missing side is empty, and both missing are no quote."""
    if row.get("bestBid") is None and row.get("bestAsk") is None:
        return None
    bid, ask = _side(row, "bestBid", empty=ZERO), _side(row, "bestAsk", empty=ONE)
    if bid > ask:
        raise RowSkipped(SkipReason.CROSSED_QUOTE)
    return Quote(bid=bid, ask=ask)


def _side(row: Mapping[str, object], key: str, *, empty: Decimal) -> Decimal:
    if row.get(key) is None:
        return empty
    price = _probability(row[key])
    if price is None:
        raise RowSkipped(SkipReason.BAD_QUOTE)
    return price


def _outcome_prices(row: Mapping[str, object]) -> tuple[Decimal, Decimal] | None:
    """Read the prices of both outcomes; None if the row has none."""
    if row.get("outcomePrices") is None:
        return None
    listed = json_list(row["outcomePrices"])
    prices = None if listed is None else [_probability(price) for price in listed]
    match prices:
        case []:
            return None
        case [Decimal() as yes, Decimal() as no]:
            return yes, no
        case _:
            raise RowSkipped(SkipReason.BAD_OUTCOME_PRICES)


def _probability(value: object) -> Decimal | None:
    return number(value, at_least=ZERO, at_most=ONE)
