"""A portfolio's account while its orders execute: cash, and the exposure that limits look at.

Exposure is cost basis: dollars that were paid for what is still held, fees included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from prescient.core.execution.results import Bought, Rejected, Result, Sold
from prescient.core.market.markets import EventId, MarketId, Outcome
from prescient.core.money import ZERO
from prescient.core.portfolio.portfolios import PortfolioStatus


@dataclass(frozen=True, slots=True)
class Exposure:
    """What one open position has at risk, in dollars; one that a turn opened has no id yet."""

    position_id: int | None
    market_id: MarketId
    event_id: EventId | None
    outcome: Outcome
    cost_basis: Decimal


@dataclass(frozen=True, slots=True)
class SharedExposure:
    """Dollars over all portfolios: in each market that the orders name, and in all markets."""

    by_market: Mapping[MarketId, Decimal]
    capital: Decimal

    def in_market(self, market_id: MarketId) -> Decimal:
        return self.by_market.get(market_id, ZERO)

    def moved(self, market_id: MarketId, dollars: Decimal) -> SharedExposure:
        """With `dollars` more in this market, fewer where they are negative."""
        moved = self.in_market(market_id) + dollars
        return SharedExposure({**self.by_market, market_id: moved}, self.capital + dollars)


@dataclass(frozen=True, slots=True)
class Account:
    """Dollars of cash, the exposure of each open position, and what all portfolios share."""

    status: PortfolioStatus
    balance: Decimal
    exposures: tuple[Exposure, ...]
    shared: SharedExposure

    @property
    def open_positions(self) -> int:
        return len(self.exposures)

    @property
    def invested(self) -> Decimal:
        return sum((exposure.cost_basis for exposure in self.exposures), ZERO)

    def in_event(self, event_id: EventId | None) -> Decimal:
        """Dollars in this event; a market without an event shares none."""
        if event_id is None:
            return ZERO
        return sum((held.cost_basis for held in self.exposures if held.event_id == event_id), ZERO)

    def holds(self, market_id: MarketId, outcome: Outcome) -> bool:
        return any(
            held.market_id == market_id and held.outcome is outcome for held in self.exposures
        )

    def after(self, results: Iterable[Result]) -> Account:
        """The account once all of `results` have happened."""
        account = self
        for result in results:
            account = account._after(result)
        return account

    def _after(self, result: Result) -> Account:
        match result:
            case Bought():
                return self._after_buy(result)
            case Sold():
                return self._after_exit(result)
            case Rejected():
                return self

    def _after_buy(self, bought: Bought) -> Account:
        order, cost = bought.order, bought.fill.cost_basis
        opened = Exposure(None, order.market_id, order.event_id, order.action.outcome, cost)
        return replace(
            self,
            balance=self.balance - cost,
            exposures=(*self.exposures, opened),
            shared=self.shared.moved(order.market_id, cost),
        )

    def _after_exit(self, sold: Sold) -> Account:
        exit_ = sold.exit
        return replace(
            self,
            balance=self.balance + exit_.cash,
            exposures=tuple(_without(self.exposures, sold)),
            shared=self.shared.moved(exit_.holding.market_id, -exit_.cost_basis),
        )


def _without(exposures: Iterable[Exposure], sold: Sold) -> Iterable[Exposure]:
    """The exposures less the shares that were sold: a position that is sold out is gone."""
    for held in exposures:
        if held.position_id != sold.exit.holding.position_id:
            yield held
        elif sold.exit.shares < sold.exit.holding.shares:
            yield replace(held, cost_basis=held.cost_basis - sold.exit.cost_basis)
