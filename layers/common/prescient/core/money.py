"""Dollars are `Decimal` in whole cents, shares `Decimal` in whole hundredths.

Each amount is rounded once, at the fill, and always against the portfolio.
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
ONE = Decimal(1)
HALF = Decimal("0.5")
CENT = Decimal("0.01")
SHARE_STEP = Decimal("0.01")
PRICE_STEP = Decimal("0.000001")
LARGEST_BALANCE = Decimal(10) ** 12  # dollars; the columns hold ten times as much, for gains
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?")


def exact_number(value: object) -> Decimal:
    """Read a finite number or a decimal string, as users write amounts and configurations.

    Raises `ValueError` for all else: `true` is no number, and "1_000", "１", " 1", "+1", "01",
    "1e3" and "NaN" are no decimals.
    """
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
        number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
        if number.is_finite():
            return number
    raise ValueError("must be a number or a decimal string with at most six decimals")


def exact_count(value: object) -> int:
    """Read a whole number as `exact_number` does; raises `ValueError` where it has a fraction."""
    number = exact_number(value)
    if number != number.to_integral_value():
        raise ValueError("must be a whole number")
    return int(number)


def cents_up(dollars: Decimal) -> Decimal:
    """What a buy or a fee costs: the next whole cent at or above `dollars`."""
    return dollars.quantize(CENT, ROUND_CEILING)


def cents_down(dollars: Decimal) -> Decimal:
    """What a sale or a settlement brings: the last whole cent at or below `dollars`."""
    return dollars.quantize(CENT, ROUND_FLOOR)


def cents_half_up(dollars: Decimal) -> Decimal:
    """A valuation: the nearest whole cent, halves up."""
    return dollars.quantize(CENT, ROUND_HALF_UP)


def price_half_up(probability: Decimal) -> Decimal:
    """A price as the database keeps it: six decimals."""
    return probability.quantize(PRICE_STEP, ROUND_HALF_UP)


def shares_down(shares: Decimal) -> Decimal:
    """The last whole hundredth of a share at or below `shares`."""
    return shares.quantize(SHARE_STEP, ROUND_FLOOR)


def percent_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """What percent `part` is of `whole`, to hundredths, halves up; None of nothing."""
    return None if whole == ZERO else cents_half_up(100 * part / whole)


def plain(number: Decimal) -> str:
    """A number as a sentence shows it: no exponent, no trailing zeros."""
    return f"{number.normalize():f}"
