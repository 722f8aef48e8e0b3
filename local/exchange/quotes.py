"""Quotes on the tick grid. Prices are whole mills, thousandths of a dollar, so none is inexact."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

DOLLAR = 1_000
COARSE, FINE = 10, 1
_FINE_BELOW, _FINE_ABOVE = 0.04, 0.96  # near the ends the exchange refines the grid
_HOPELESS = 0.0025
_STUB = 10  # mills a share, or a share less than a dollar
_UNCERTAIN = (0.15, 0.85)  # a price with room for a wide spread on both sides


@dataclass(frozen=True, slots=True)
class Quote:
    """Best bid and ask in mills; an empty side is 0 or 1,000. `tick` is 1 or 10 mills.

    `stood` is the quote that a stub has taken the place of.
    """

    bid: int
    ask: int
    tick: int
    stood: Quote | None = None

    @property
    def price(self) -> float:
        """Dollars; what Gamma calls the outcome's price: the middle, of a stub the one before."""
        told = self.stood or self
        return (told.bid + told.ask) / (2 * DOLLAR)

    @property
    def is_empty(self) -> bool:
        return self.bid == 0 and self.ask == DOLLAR


def quote(fair: float, tick: int, spread: int) -> Quote:
    """Return the quote around a fair price in (0, 1), `spread` ticks wide where that fits.

    The fair price lies between bid and ask, and the middle is within half a tick of it. A hopeless
    outcome has no bid, and an ask of at most 0.005.
    """
    if fair < _HOPELESS:
        return Quote(0, max(1, math.floor(2 * fair * DOLLAR + 0.5)), FINE)
    tick = tick if _FINE_BELOW <= fair <= _FINE_ABOVE else FINE
    place, last = fair * DOLLAR / tick, DOLLAR // tick - 1
    width = _width(spread, min(place, last + 1 - place))
    bid = min(max(math.floor(place - width / 2 + 0.5), 1), last - width)
    return Quote(bid * tick, (bid + width) * tick, tick)


def is_uncertain(quote: Quote) -> bool:
    """Tell whether its price leaves room for an anomaly on both sides."""
    least, most = _UNCERTAIN
    return least < quote.price < most


def widened(quote: Quote, mills: float) -> Quote:
    """Return the quote with both sides stepped back by `mills`, as far as both have room."""
    room = min(quote.bid, DOLLAR - quote.ask) // quote.tick - 1
    step = min(round(mills / quote.tick), room) * quote.tick
    return replace(quote, bid=quote.bid - step, ask=quote.ask + step)


def moved(quote: Quote, mills: float) -> Quote:
    """Return the quote with both sides `mills` higher, or lower where that has no room."""
    step = round(mills / quote.tick) * quote.tick
    if not (quote.bid + step > 0 and quote.ask + step < DOLLAR):
        step = -step
    return replace(quote, bid=quote.bid + step, ask=quote.ask + step)


def stub(quote: Quote, *, both: bool) -> Quote:
    """Return the quote left when all traders have gone: a bid of 0.01, and an ask as far off."""
    ask = DOLLAR - _STUB if both else quote.ask
    return replace(quote, bid=_STUB, ask=ask, stood=quote)


def _width(spread: int, room: float) -> int:
    """Return the spread in ticks, less by twos until both sides fit into `room`."""
    excess = max(0, math.ceil(spread / 2 - room + 0.5))
    return max(2 - spread % 2, spread - 2 * excess)
