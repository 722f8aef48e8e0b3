"""Outcomes, quotes and fees of markets, as every part of the system sees them."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, NewType

from prescient.core.money import ONE, ZERO

EventId = NewType("EventId", str)
MarketId = NewType("MarketId", str)
Identity = NewType("Identity", str)
"""A digest of a market's condition id and both token ids, in their order."""


class Outcome(StrEnum):
    """YES is a market's outcome 0, NO its outcome 1, whatever the market calls them."""

    YES = "yes"
    NO = "no"


class ResolutionStatus(StrEnum):
    """Where the oracle stands with a market's outcome; None elsewhere means not asked yet."""

    PROPOSED = "proposed"
    CHALLENGED = "challenged"
    DISPUTED = "disputed"
    RESOLVED = "resolved"


PENDING = frozenset(
    {ResolutionStatus.PROPOSED, ResolutionStatus.CHALLENGED, ResolutionStatus.DISPUTED}
)
"""An outcome is known and may still be reversed: nothing is bought, and nothing is paid."""


class Quote(NamedTuple):
    """Best bid and best ask of one outcome, probabilities 0–1.

    An empty side is bid 0 or ask 1, which is how the exchange shows it.
    """

    bid: Decimal
    ask: Decimal

    @property
    def spread(self) -> Decimal:
        return self.ask - self.bid

    @property
    def has_bid(self) -> bool:
        return self.bid > ZERO

    @property
    def has_ask(self) -> bool:
        return ZERO < self.ask < ONE

    def of(self, outcome: Outcome) -> Quote:
        """The outcome's side of this quote of YES."""
        return self if outcome is Outcome.YES else self.complement()

    def complement(self) -> Quote:
        """The other outcome's quote: a bid for YES is an offer of NO."""
        return Quote(bid=ONE - self.ask, ask=ONE - self.bid)


class FeeSchedule(NamedTuple):
    """A market's taker fee: `shares × rate × (p × (1 − p))^exponent` dollars."""

    rate: Decimal = ZERO
    exponent: Decimal = ONE
