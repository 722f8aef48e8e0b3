"""The mark price: at what price a position is valued (DESIGN.md section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from prescient.core.market.markets import Quote
from prescient.core.money import ONE, ZERO, price_half_up

WIDEST_TRUSTED_SPREAD = Decimal("0.10")
NEAR_CERTAIN = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark price of YES, probability 0–1; stale when no tight two-sided quote supports it."""

    price: Decimal
    stale: bool


def mark_price(
    quote: Quote | None, previous: Decimal | None, outcome_price: Decimal | None
) -> Mark | None:
    """The mark of YES from its quote, its previous mark and its outcome price.

    The middle of bid and ask where the quote can be trusted; otherwise the previous mark, moved
    into [bid, ask]; the very first mark is then the outcome price. None when nothing is known.
    """
    if quote is not None and is_trusted(quote):
        return Mark(price_half_up((quote.bid + quote.ask) / 2), stale=False)
    if previous is not None:
        return Mark(_clamped(previous, quote), stale=True)
    if outcome_price is not None:
        return Mark(outcome_price, stale=True)
    return None


def is_trusted(quote: Quote) -> bool:
    """Whether its middle is the mark, whatever was before."""
    if quote.has_bid and quote.has_ask:
        return quote.spread <= WIDEST_TRUSTED_SPREAD
    if quote.has_ask:
        return quote.ask <= NEAR_CERTAIN
    return quote.has_bid and quote.bid >= ONE - NEAR_CERTAIN


def _clamped(mark: Decimal, quote: Quote | None) -> Decimal:
    lowest, highest = (quote.bid, quote.ask) if quote is not None else (ZERO, ONE)
    return min(max(mark, lowest), highest)
