"""A portfolio's account while its orders execute: cash, and the exposure that limits look at.

Exposure is cost basis: dollars that were paid for what is still held, fees included.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from prescient.core.market.books import Side
from prescient.core.market.markets import EventId, MarketId, Outcome
from prescient.core.money import ZERO
from prescient.core.portfolio.portfolios import PortfolioStatus

if TYPE_CHECKING:
    from prescient.core.execution.results import Bought, Sold


class Exposure(NamedTuple):
    """What one open position has at risk, in dollars; one that a turn opened has no id yet."""

    position_id: int | None
    market_id: MarketId
    event_id: EventId | None
    outcome: Outcome
    cost_basis: Decimal


class SharedExposure(NamedTuple):
    """Dollars over all portfolios: in each market that the orders name, and in all markets."""

    by_market: Mapping[MarketId, Decimal]
    capital: Decimal


class Account(NamedTuple):
    """Dollars of cash, the exposure of each open position, and what all portfolios share."""

    status: PortfolioStatus
    balance: Decimal
    exposures: tuple[Exposure, ...]
    shared: SharedExposure


class RunningAccount:
    """An account while its orders execute: each result moves the sums that limits look at.

    So the thousandth order costs what the first one did.
    """

    def __init__(self, start: Account) -> None:
        self.status = start.status
        self.balance = start.balance
        self.invested = ZERO
        self._held = {exposure.position_id: exposure for exposure in start.exposures}
        self._opened: list[Exposure] = []
        self._positions: defaultdict[Side, int] = defaultdict(int)
        self._in_event: defaultdict[EventId | None, Decimal] = defaultdict(lambda: ZERO)
        for exposure in start.exposures:
            self._move(exposure, exposure.cost_basis, positions=1)
        self._in_market = dict(start.shared.by_market)
        self.capital = start.shared.capital

    @property
    def open_positions(self) -> int:
        return len(self._held) + len(self._opened)

    def in_market(self, market_id: MarketId) -> Decimal:
        """Dollars of all portfolios in this market."""
        return self._in_market.get(market_id, ZERO)

    def in_event(self, event_id: EventId | None) -> Decimal:
        """Dollars in this event; a market without an event shares none."""
        return ZERO if event_id is None else self._in_event.get(event_id, ZERO)

    def holds(self, market_id: MarketId, outcome: Outcome) -> bool:
        return self._positions[market_id, outcome] > 0

    def buy(self, bought: Bought) -> None:
        """Pay for a fill and open its position."""
        order, cost = bought.order, bought.fill.cost_basis
        opened = Exposure(None, order.market_id, order.event_id, order.action.outcome, cost)
        self._opened.append(opened)
        self._change(opened, cost, cash=-cost, positions=1)

    def undo_last_buy(self) -> None:
        """Be as if the newest fill had not been: the legs of its group fail together."""
        opened = self._opened.pop()
        self._change(opened, -opened.cost_basis, cash=opened.cost_basis, positions=-1)

    def sell(self, sold: Sold) -> None:
        """Take in what an exit brought, and let go of what it sold."""
        exit_, holding = sold.exit, sold.exit.holding
        held = self._held[holding.position_id]
        is_sold_out = exit_.shares >= holding.shares
        if is_sold_out:
            del self._held[holding.position_id]
        else:
            left = held.cost_basis - exit_.cost_basis
            self._held[holding.position_id] = held._replace(cost_basis=left)
        self._change(held, -exit_.cost_basis, cash=exit_.cash, positions=-int(is_sold_out))

    def now(self) -> Account:
        """The account as it has become."""
        exposures = (*self._held.values(), *self._opened)
        shared = SharedExposure(self._in_market, self.capital)
        return Account(self.status, self.balance, exposures, shared)

    def _change(self, exposure: Exposure, dollars: Decimal, cash: Decimal, positions: int) -> None:
        self.balance += cash
        self.capital += dollars
        self._in_market[exposure.market_id] = self.in_market(exposure.market_id) + dollars
        self._move(exposure, dollars, positions)

    def _move(self, exposure: Exposure, dollars: Decimal, positions: int) -> None:
        self.invested += dollars
        self._in_event[exposure.event_id] += dollars
        self._positions[exposure.market_id, exposure.outcome] += positions
