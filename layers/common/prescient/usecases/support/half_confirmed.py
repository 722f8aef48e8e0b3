"""Which markets that closed at half each the CLOB says to have ended so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from prescient.core.errors import ExchangeUnavailable
from prescient.core.market.listed import Market
from prescient.core.market.markets import MarketId
from prescient.core.market.settlement import needs_confirmation

if TYPE_CHECKING:
    from prescient.usecases.support.exchange import Exchange

MOST_REFUSED = 3  # answers with an error, after which no more is asked


def half_confirmed(
    markets: Sequence[Market], exchange: Exchange, *, turn: int = 0
) -> frozenset[MarketId]:
    """The markets that closed at half each and that the CLOB says to have ended so.

    While it does not answer they stay unpaid and flagged, and everything else goes on. Each
    `turn` begins with another market, so that those that it can never answer hide no other.
    """
    asked = [
        (market.market_id, market.condition_id)
        for market in markets
        if needs_confirmation(market) and market.condition_id
    ]
    first, refused = turn % max(len(asked), 1), 0
    confirmed = set[MarketId]()
    for market_id, condition_id in asked[first:] + asked[:first]:
        try:
            ended = exchange.resolution(condition_id)
        except ExchangeUnavailable:
            break
        refused += ended is None
        if refused == MOST_REFUSED:
            break
        if ended is not None and ended.is_fifty_fifty:
            confirmed.add(market_id)
    return frozenset(confirmed)
