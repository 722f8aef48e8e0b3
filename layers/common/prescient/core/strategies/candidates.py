"""The markets that a strategy chooses from, as the cycle's batch shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from prescient.core.market.books import OrderBook
from prescient.core.market.fills import Offers, offers, offers_from_book
from prescient.core.market.markets import EventId, FeeSchedule, MarketId, Outcome, Quote
from prescient.core.market.marks import prices_agree
from prescient.core.money import ONE


class Feature(NamedTuple):
    """Hourly marks of YES over one lookback, strictly before the batch.

    `reference_price` is the earliest of them, `mean` and `standard_deviation` are probabilities.
    """

    reference_price: Decimal
    mean: Decimal
    standard_deviation: Decimal | None
    observations: int


class EventFacts(NamedTuple):
    """A candidate's event as a whole, as the batch shows it.

    `markets` is how many rows the exchange lists for it, those that could not be read and the
    placeholders included; `closed_as_no` is how many of them have paid nothing to YES.
    """

    event_id: EventId
    neg_risk: bool
    augmented: bool
    markets: int
    open_markets: frozenset[MarketId]
    closed_as_no: int

    @property
    def complete(self) -> bool:
        """Whether exactly one of the open markets must pay YES: nothing is hidden or undecided."""
        known = len(self.open_markets) + self.closed_as_no
        return self.neg_risk and not self.augmented and known == self.markets


@dataclass(frozen=True)
class Candidate:
    """An open market of the cycle's batch. Prices are 0–1, liquidity and volume dollars.

    `quote` (as listed), `mark` and the features (by lookback in hours) are those of YES; `books`
    are those that were fetched with the batch, each outcome's on its own, as far as a decision
    reaches: the best bid, and the asks that a buy at the best one can use. What follows from these
    is computed once, for all portfolios that see the candidate.
    """

    market_id: MarketId
    event_id: EventId | None
    event_title: str | None
    event_end_date: datetime | None
    question: str
    tags: frozenset[str]
    yes_price: Decimal
    no_price: Decimal
    quote: Quote | None
    mark: Decimal
    liquidity: Decimal
    volume: Decimal
    one_day_price_change: Decimal | None
    end_date: datetime | None
    features: Mapping[int, Feature]
    books: Mapping[Outcome, OrderBook] = field(default_factory=dict)
    fee: FeeSchedule = field(default_factory=FeeSchedule)
    tick_size: Decimal = Decimal("0.01")
    neg_risk: bool = False
    outcome_proposed: bool = False
    event: EventFacts | None = None

    def price_of(self, outcome: Outcome) -> Decimal:
        return self.yes_price if outcome is Outcome.YES else self.no_price

    def quote_of(self, outcome: Outcome) -> Quote | None:
        """The top of the outcome's own book, else its side of the listed quote."""
        return self._quotes[outcome]

    def mark_of(self, outcome: Outcome) -> Decimal:
        return self.mark if outcome is Outcome.YES else ONE - self.mark

    def offers_of(self, outcome: Outcome) -> Offers:
        """What can be bought of the outcome, on the best evidence that the batch has."""
        return self._offers[outcome]

    @cached_property
    def has_prices(self) -> bool:
        """Whether its outcome prices are prices: no trusted quote contradicts them."""
        return prices_agree(self.quote, self.yes_price, self.no_price)

    @cached_property
    def spread(self) -> Decimal | None:
        """The wider ask − bid of the two outcomes, 0–1; None without any quote."""
        quotes = self._quotes.values()
        return max((quote.spread for quote in quotes if quote is not None), default=None)

    @cached_property
    def _quotes(self) -> Mapping[Outcome, Quote | None]:
        listed = {outcome: self.quote and self.quote.of(outcome) for outcome in Outcome}
        return {**listed, **{outcome: book.quote for outcome, book in self.books.items()}}

    @cached_property
    def _offers(self) -> Mapping[Outcome, Offers]:
        return {outcome: self._offers_of(outcome) for outcome in Outcome}

    def _offers_of(self, outcome: Outcome) -> Offers:
        if outcome in self.books:
            return offers_from_book(self.books[outcome])
        return offers(self.quote_of(outcome), self.mark_of(outcome), self.liquidity)
