"""The taker fee, by the market's own schedule."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal

from prescient.core.market.markets import FeeSchedule
from prescient.core.money import ONE, ZERO, cents_half_up

FEE_STEP = Decimal("0.00001")


def fee_per_share(schedule: FeeSchedule, price: Decimal) -> Decimal:
    """Dollars a share taken at `price` 0–1, before any rounding; the same for YES and NO."""
    return schedule.rate * (price * (ONE - price)) ** schedule.exponent


def taker_fee(schedule: FeeSchedule, matches: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """Dollars, in whole cents, for `matches` of (price 0–1, shares).

    `shares × rate × (p(1 − p))^exponent`, floored to 5 decimals and at least 0.00001 where the
    rate is positive, then rounded half-up to the cent. Source: Polymarket's fee documentation,
    as in `shared/polymarket/API.md`; the last rounding is ours, because cash moves in cents.
    """
    if schedule.rate <= ZERO:
        return ZERO
    raw = sum((shares * fee_per_share(schedule, price) for price, shares in matches), ZERO)
    return cents_half_up(max(raw.quantize(FEE_STEP, ROUND_FLOOR), FEE_STEP))
