"""Quotes as rows have them."""

from __future__ import annotations

from decimal import Decimal

from prescient.core.market.markets import Quote


def quote(best_bid: Decimal | None, best_ask: Decimal | None) -> Quote | None:
    """Return the quote of YES as stored: both sides, or none."""
    return None if best_bid is None or best_ask is None else Quote(best_bid, best_ask)
