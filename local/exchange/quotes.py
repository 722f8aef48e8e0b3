"""Quotes on the tick grid. Prices are whole mills, thousandths of a dollar, so none is inexact."""

from __future__ import annotations

import math
from dataclasses import dataclass

DOLLAR = 1_000
COARSE, FINE = 10, 1
_FINE_BELOW, _FINE_ABOVE = 0.04, 0.96  # near the ends the exchange refines the grid
_HOPELESS = 0.0025


@dataclass(frozen=True, slots=True)
class Quote:
    """Best bid and ask in mills; an empty side is 0 or 1,000. `tick` is 1 or 10 mills."""

    bid: int
    ask: int
    tick: int

    @property
    def middle(self) -> float:
        """Dollars; what Gamma calls the outcome's price."""
        return (self.bid + self.ask) / (2 * DOLLAR)

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


def _width(spread: int, room: float) -> int:
    """Return the spread in ticks, less by twos until both sides fit into `room`."""
    excess = max(0, math.ceil(spread / 2 - room + 0.5))
    return max(2 - spread % 2, spread - 2 * excess)
