"""The mark price, at which a position is valued (docs/accounting.md)."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from prescient.core.market.markets import Quote
from prescient.core.money import ONE, ZERO, price_half_up

WIDEST_TRUSTED_SPREAD = Decimal("0.10")
NEAR_CERTAIN = Decimal("0.05")
PRICE_TOLERANCE = Decimal("0.02")


class Mark(NamedTuple):
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


def prices_agree(quote: Quote | None, yes_price: Decimal, no_price: Decimal) -> bool:
    """Whether outcome prices, probabilities 0–1, can be believed beside the listed quote of YES.

    One that lies further from the middle of a trusted quote than its spread + 0.02 is no price. A
    quote that is missing or not trusted says nothing against them.
    """
    if quote is None or not is_trusted(quote):
        return True
    middle = (quote.bid + quote.ask) / 2
    furthest = max(abs(yes_price - middle), abs(ONE - no_price - middle))
    return furthest <= quote.spread + PRICE_TOLERANCE


def _clamped(mark: Decimal, quote: Quote | None) -> Decimal:
    lowest, highest = (quote.bid, quote.ask) if quote is not None else (ZERO, ONE)
    return min(max(mark, lowest), highest)
