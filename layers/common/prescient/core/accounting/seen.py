"""What a batch of the tape saw of an outcome: what it offered, what was bid, what it paid."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from prescient.core.accounting.valuation import MarketPrice
from prescient.core.market.bids import bids_from_book
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.fills import Evidence, Offers, offers, offers_from_book
from prescient.core.market.markets import Outcome, Quote
from prescient.core.market.settlement import payout
from prescient.core.money import ZERO


class Seen(NamedTuple):
    """One outcome in one batch: quote and mark of YES, 0–1, and the outcome's own book.

    `liquidity` is in dollars; `yes_payout` is set once the market is resolved.
    """

    outcome: Outcome
    yes_quote: Quote | None
    yes_mark: Decimal | None
    liquidity: Decimal
    book: OrderBook | None
    yes_payout: Decimal | None

    @property
    def quote(self) -> Quote | None:
        """The outcome's own side of the listed quote."""
        return self.yes_quote and self.yes_quote.of(self.outcome)

    @property
    def mark(self) -> Decimal | None:
        """The outcome's own mark, 0–1."""
        return MarketPrice(self.yes_mark, None, None).mark_of(self.outcome)

    @property
    def bid(self) -> Decimal:
        """The bid at entry: the book's, else the listed one, else 0."""
        top = self.book.quote if self.book else self.quote
        return top.bid if top else ZERO

    @property
    def payout(self) -> Decimal | None:
        """Dollars a share; None while the market is open."""
        return None if self.yes_payout is None else payout(self.yes_payout, self.outcome)

    def offered(self, evidence: str | None) -> tuple[Level, ...] | None:
        """The asks that a buy on this evidence walked; None where they are not on the tape."""
        available = self._offers()
        return available.levels if available.evidence == evidence else None

    def wanted(self, evidence: str | None) -> tuple[Level, ...] | None:
        """The bids that a sale on this evidence walked; None where they are not on the tape.

        Without a book that is the listed bid, whatever it took: a stop once sold at any bid.
        """
        if evidence == Evidence.BOOK:
            return bids_from_book(self.book).levels if self.book else None
        return (Level(self.quote.bid, ZERO),) if self.quote and self.quote.has_bid else None

    def _offers(self) -> Offers:
        if self.book is not None:
            return offers_from_book(self.book)
        return offers(self.quote, self.mark, self.liquidity)
