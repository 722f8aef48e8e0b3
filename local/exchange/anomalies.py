"""What a live exchange shows now and then and that no price explains: stubs, swaps, dead ids.

An anomaly never depends on where a price will go, so none of them is a profit for the patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from local.exchange.chance import between, happens


class Anomaly(StrEnum):
    """Each is drawn for a market: for a spell of hours, or for its whole life."""

    # For a spell
    WIDE_SPREAD = "wide_spread"  # both sides step back from the same middle, by more than 0.10
    STUB_QUOTE = "stub_quote"  # a bid of 0.01, at times an ask of 0.99 too, under the same price
    CONTRADICTING_BOOK = "contradicting_book"  # its best prices are not those of the listed quote
    SIX_DECIMALS = "six_decimals"  # sizes of a book
    EDGE_LEVELS = "edge_levels"  # a book's last levels are within 1e-6 of 0 and 1
    # From a moment of its life on
    SWAPPED_OUTCOMES = "swapped_outcomes"  # the second outcome is listed first
    OTHER_CONDITION = "other_condition"  # another condition id
    DELISTED = "delisted"  # gone for a day, with its event
    # From the start, or at the end
    POISONED = "poisoned"  # whatever names its ids is answered with 500
    EARLY_CLOSE = "early_close"  # closed at 1/0 while the outcome is only proposed, or disputed
    NEVER_PAID = "never_paid"  # closed at 0/0 for good


Shares = Mapping[Anomaly, float]

# Of the spells of a market, or of all markets. Wide spreads are measured: above 0.10 at 1.2% of
# live rows, a sixth of them stubs. Such quotes, and books that contradict one, need a price with
# room on both sides, which two of five live rows have, so these shares are larger than the served.
# The others are not in the recordings, nor in 1.3 million recorded levels of books, but were met in
# single calls: their shares are assumed, so small that a week on 220 markets still meets most.
SHARES: Shares = {
    Anomaly.WIDE_SPREAD: 0.024,
    Anomaly.STUB_QUOTE: 0.0048,
    Anomaly.CONTRADICTING_BOOK: 0.0072,
    Anomaly.SIX_DECIMALS: 0.02,
    Anomaly.EDGE_LEVELS: 0.005,
    Anomaly.SWAPPED_OUTCOMES: 0.004,
    Anomaly.OTHER_CONDITION: 0.004,
    Anomaly.DELISTED: 0.02,
    Anomaly.POISONED: 0.004,
    Anomaly.EARLY_CLOSE: 0.04,
    Anomaly.NEVER_PAID: 0.005,
}

SPELL = timedelta(hours=12)
DELISTED_FOR = timedelta(days=1)
_LASTING = frozenset(Anomaly) - {
    Anomaly.WIDE_SPREAD,
    Anomaly.STUB_QUOTE,
    Anomaly.CONTRADICTING_BOOK,
    Anomaly.SIX_DECIMALS,
    Anomaly.EDGE_LEVELS,
}
_BEGINS = (0.3, 0.7)  # of a lifetime


class Anomalies:
    """Those of one market, drawn from its key: the same for the same key and shares."""

    def __init__(self, key: str, shares: Shares) -> None:
        self._key = key
        self._shares = shares
        self._lasting = frozenset(
            anomaly
            for anomaly, share in shares.items()
            if anomaly in _LASTING and happens(f"{key}:{anomaly}", share)
        )

    def has(self, anomaly: Anomaly) -> bool:
        """Tell whether the market has it at some time of its life."""
        return anomaly in self._lasting

    def begins(self, anomaly: Anomaly) -> float | None:
        """Return the share of the lifetime after which it begins, None if it never does."""
        return between(f"{self._key}:{anomaly}:begins", *_BEGINS) if self.has(anomaly) else None

    def spell(self, anomaly: Anomaly, age: timedelta) -> str | None:
        """Return the key of the spell that a market of this age is in, mostly None."""
        share = self._shares.get(anomaly, 0.0)
        key = f"{self._key}:{anomaly}:{age // SPELL}"
        return key if share > 0 and happens(key, share) else None


NONE = Anomalies("", {})
