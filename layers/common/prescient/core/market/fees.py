"""The taker fee, by the market's own schedule."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from prescient.core.market.markets import FeeSchedule
from prescient.core.money import ONE, ZERO, cents_up


def fee_per_share(schedule: FeeSchedule, price: Decimal) -> Decimal:
    """Dollars a share taken at `price` 0–1, before any rounding; the same for YES and NO."""
    return schedule.rate * (price * (ONE - price)) ** schedule.exponent


def taker_fee(schedule: FeeSchedule, matches: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """Dollars, in whole cents, for one fill: its `matches` of (price 0–1, shares).

    `Σ shares × rate × (p(1 − p))^exponent`, up to the cent, so that the parts of an order never
    pay less than the whole. Source: Polymarket's fee documentation; rounding up instead of down to
    5 decimals is ours, because cash moves in cents (docs/adr/0008-fees-round-up.md).
    """
    exact = sum((shares * fee_per_share(schedule, price) for price, shares in matches), ZERO)
    return cents_up(exact)
