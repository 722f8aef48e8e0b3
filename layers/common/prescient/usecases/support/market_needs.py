"""What the portfolios of a cycle need of the market picture, all of them together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from prescient.core.deciding.admission import Admission, admissions, lookbacks
from prescient.core.deciding.coverage import Asked, Coverage
from prescient.core.deciding.thresholds import Thresholds
from prescient.core.errors import InvalidRequest
from prescient.core.market.batches import ListingFilter
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.core.strategies import registry
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.store.portfolios import PortfolioRow

LATE_END = timedelta(days=7)  # a market may end after its event; longer past it is of no use


class MarketNeeds(NamedTuple):
    """`buyers` are the configurations that may buy, `lookbacks` hours that any of them looks back.

    `sellers` are the portfolios whose strategy may have to sell what they hold.
    """

    thresholds: Thresholds
    buyers: tuple[StrategyConfiguration, ...]
    lookbacks: tuple[int, ...]
    sellers: tuple[PortfolioId, ...]

    @property
    def least_liquidity(self) -> Decimal:
        """Dollars that an event must have, or none of its markets is of use."""
        least = min((buyer.min_liquidity for buyer in self.buyers), default=Decimal(0))
        return max(least, self.thresholds.event_min_liquidity or Decimal(0))

    @property
    def least_volume(self) -> Decimal:
        """Dollars that an event must have traded."""
        least = min((buyer.min_volume for buyer in self.buyers), default=Decimal(0))
        return max(least, self.thresholds.event_min_volume or Decimal(0))

    def earliest_end(self, now: datetime) -> datetime:
        """When an event must end at the earliest, or none of its markets is of use."""
        least = min((buyer.min_hours_to_end for buyer in self.buyers), default=Decimal(0))
        return now + timedelta(hours=float(least)) - LATE_END

    def listing(self, now: datetime) -> ListingFilter:
        """What the listing is asked for: no event that is of use to no buyer."""
        return ListingFilter(self.least_liquidity, self.least_volume, self.earliest_end(now))

    def coverage(self, max_books: int) -> Coverage:
        """Return what a batch for these portfolios, of at most `max_books` books, must cover."""
        return Coverage(
            thresholds=self.thresholds,
            asked=frozenset(Asked.of(buyer) for buyer in self.buyers),
            lookbacks=frozenset(self.lookbacks),
            sellers=frozenset(self.sellers),
            max_books=max_books,
        )

    def admissions(self, now: datetime) -> frozenset[Admission]:
        """What the buyers ask of a market, each request once."""
        return admissions(self.buyers, now)


def market_needs(portfolios: Iterable[PortfolioRow], thresholds: Thresholds) -> MarketNeeds:
    """What a cycle's portfolios need. A paused one only sells.

    One whose configuration is broken fails alone, in its own signal step.
    """
    buyers, readers, sellers = [], [], []
    for portfolio in portfolios:
        try:
            given = registry.configuration(portfolio.strategy_type, portfolio.strategy_config)
        except InvalidRequest:
            continue
        readers.append(given)
        if portfolio.status is PortfolioStatus.ACTIVE:
            buyers.append(given)
        if registry.sells(portfolio.strategy_type):
            sellers.append(portfolio.portfolio_id)
    return MarketNeeds(thresholds, tuple(buyers), tuple(lookbacks(readers)), tuple(sellers))
