"""The oddities of real rows, and the share of simulated rows that have each.

The shares are those of `API.md`, of all rows of the open listing, divided by the share of the kind
of row that the oddity can happen to. `tests/local/test_recorded_shares.py` measures what is served.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from random import Random


class Oddity(StrEnum):
    """An oddity of a row for its whole life."""

    WITHOUT_BOOK = "without_book"  # live, never traded: bid 0, ask 1, no prices
    WITHOUT_END = "without_end"
    REFUSING_ORDERS = "refusing_orders"
    WITHOUT_DAY_VOLUME = "without_day_volume"
    WITHOUT_LIQUIDITY = "without_liquidity"
    WITHOUT_VOLUME = "without_volume"
    WITHOUT_IDENTITY = "without_identity"  # empty conditionId and clobTokenIds
    NEVER_TRADED = "never_traded"  # last_trade_price ""


class Ending(StrEnum):
    """How a market looks once it is closed."""

    NORMAL = "normal"
    WITHOUT_STATUS = "without_status"
    ACCEPTING = "accepting"
    ZEROS = "zeros"  # ["0","0"] for some days, then normal
    UNPRICED = "unpriced"  # no prices for some days, then normal


@dataclass(frozen=True, slots=True)
class ShownEnd:
    """An end that is not the true one, as a share of the lifetime; `corrected` once it is past."""

    share: float
    corrected: bool


ODD_FOR = timedelta(days=2)
SHOWN_ENDS = (
    (0.09, ShownEnd(0.03, corrected=False)),  # overdue nearly all the time
    (0.04, ShownEnd(0.70, corrected=True)),  # postponed
    (0.04, ShownEnd(1.30, corrected=False)),  # decided early
)
SINGLE_SHARES = {Oddity.WITHOUT_BOOK: 0.115}  # of live ones that are not in a negRisk group
LIVE_SHARES = {
    Oddity.WITHOUT_END: 0.0055,
    Oddity.REFUSING_ORDERS: 0.046,
    Oddity.WITHOUT_DAY_VOLUME: 0.106,
    Oddity.WITHOUT_LIQUIDITY: 0.003,
    Oddity.WITHOUT_IDENTITY: 0.0012,
    Oddity.NEVER_TRADED: 0.02,
}
PLACEHOLDER_SHARES = {
    Oddity.WITHOUT_DAY_VOLUME: 0.03,
    Oddity.WITHOUT_VOLUME: 0.03,
    Oddity.WITHOUT_IDENTITY: 0.0012,
}
WITHOUT_BOOK_WITHOUT_VOLUME = 0.65
PRICED_PLACEHOLDER = 0.04  # has a quote although it cannot be traded
CLOSED_WITH_AMOUNTS = 0.07  # still has a liquidity and a volume of its last day

ENDING_SHARES = {
    Ending.WITHOUT_STATUS: 0.03,
    Ending.ACCEPTING: 0.03,
    Ending.ZEROS: 0.02,
    Ending.UNPRICED: 0.02,
}
DISPUTED = 0.04  # of results
HALF = 0.013  # the prior of 50/50 for a single question


def of_live(chance: Random, *, is_single: bool) -> frozenset[Oddity]:
    """Draw the oddities of a market that trades; `is_single` means outside negRisk groups."""
    found = _drawn(chance, LIVE_SHARES)
    if is_single and chance.random() < SINGLE_SHARES[Oddity.WITHOUT_BOOK]:
        found.add(Oddity.WITHOUT_BOOK)
        if chance.random() < WITHOUT_BOOK_WITHOUT_VOLUME:
            found.add(Oddity.WITHOUT_VOLUME)
    return frozenset(found)


def of_placeholder(chance: Random) -> frozenset[Oddity]:
    """Draw the oddities of a placeholder, which is a seat for a name that may come later."""
    found = _drawn(chance, PLACEHOLDER_SHARES)
    if chance.random() >= PRICED_PLACEHOLDER:
        found.add(Oddity.WITHOUT_BOOK)
    return frozenset(found)


def ending(chance: Random) -> Ending:
    """Draw how a market will look once it is closed."""
    place = chance.random()
    for kind, share in ENDING_SHARES.items():
        if place < share:
            return kind
        place -= share
    return Ending.NORMAL


def shown_end(chance: Random) -> ShownEnd | None:
    """Draw the end that the rows of a topic show; None is the true one."""
    place = chance.random()
    for share, shown in SHOWN_ENDS:
        if place < share:
            return shown
        place -= share
    return None


def _drawn(chance: Random, shares: dict[Oddity, float]) -> set[Oddity]:
    return {oddity for oddity, share in shares.items() if chance.random() < share}
