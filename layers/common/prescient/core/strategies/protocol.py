"""What a strategy sees and answers. A strategy is a pure function: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Generic, NamedTuple, Protocol, TypeVar

from prescient.core.market.markets import EventId, MarketId, Outcome
from prescient.core.money import ONE, ZERO
from prescient.core.portfolio.portfolios import Limits, PortfolioId
from prescient.core.portfolio.positions import Action
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.configuration import RuleConfiguration, StrategyConfiguration

ConfigurationT = TypeVar("ConfigurationT", bound=StrategyConfiguration)
ConfigurationT_contra = TypeVar(
    "ConfigurationT_contra", bound=RuleConfiguration, contravariant=True
)


class HeldPosition(NamedTuple):
    """An open position as a strategy sees it.

    `cost_basis` is dollars, `entry_price` 0–1; `strategy_type` is the strategy that bought it,
    None where that is unknown. `candidate` is its market in this batch, None where that is missing
    or closed.
    """

    market_id: MarketId
    event_id: EventId | None
    outcome: Outcome
    shares: Decimal
    cost_basis: Decimal
    entry_price: Decimal
    strategy_type: str | None = None
    group_id: str | None = None
    candidate: Candidate | None = None


@dataclass(frozen=True)
class PortfolioView:
    """What a strategy may know of its portfolio, and of the cycle, at the decision.

    `equity` and `cash` are dollars; `exited_by_rule` says when it last left a market by stop-loss
    or take-profit; `decided_at` is the end of `filter`. A `paused` portfolio only sells.
    """

    portfolio_id: PortfolioId
    cycle_id: int
    decided_at: datetime
    equity: Decimal
    cash: Decimal
    limits: Limits
    positions: tuple[HeldPosition, ...] = ()
    exited_by_rule: Mapping[MarketId, datetime] = field(default_factory=dict)
    paused: bool = False

    @cached_property
    def held(self) -> frozenset[MarketId]:
        return frozenset(position.market_id for position in self.positions)

    @property
    def free_positions(self) -> int:
        return max(self.limits.max_positions - len(self.positions), 0)

    def cooling(self, cooldown_hours: Decimal) -> frozenset[MarketId]:
        """The markets that it left by rule less than the cooldown ago."""
        since = self.decided_at - timedelta(hours=float(cooldown_hours))
        return frozenset(market_id for market_id, at in self.exited_by_rule.items() if at > since)

    def invested(self) -> Decimal:
        """Dollars of cost basis in open positions."""
        return self._invested

    @cached_property
    def _invested(self) -> Decimal:
        return sum((position.cost_basis for position in self.positions), ZERO)

    def invested_in(self, event_id: EventId | None) -> Decimal:
        """Dollars of cost basis in one event; a market without an event is in none."""
        return sum(
            (
                position.cost_basis
                for position in self.positions
                if event_id is not None and position.event_id == event_id
            ),
            ZERO,
        )


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a strategy's own rule says of one candidate, before holdings and sizes."""

    candidate: Candidate
    outcome: Outcome
    confidence: Decimal
    win_probability: Decimal | None
    reason: str


class Guarantee(NamedTuple):
    """What one share of every leg of a group pays together, and what it must leave at least.

    `payout` and `least_edge` are dollars a share, the edge being payout − cost; `least_return` is
    the edge as a part of the cost, over the time that the cost is locked.
    """

    payout: Decimal
    least_edge: Decimal
    least_return: Decimal

    def covers(self, cost: Decimal, shares: Decimal = ONE) -> bool:
        """Whether `cost` dollars, fees included, for `shares` of every leg leave enough."""
        edge = self.payout * shares - cost
        return edge > self.least_edge * shares and edge >= self.least_return * cost


@dataclass(frozen=True, slots=True)
class Leg:
    """One purchase of a group."""

    candidate: Candidate
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class LegGroup:
    """Purchases that only make sense together: equal shares of every leg, all or none.

    `subject` names what the group is about, once a cycle: an event or a market.
    """

    subject: str
    legs: tuple[Leg, ...]
    guarantee: Guarantee
    confidence: Decimal
    reason: str


Proposal = Opinion | LegGroup


@dataclass(frozen=True, slots=True)
class ExitOpinion:
    """A strategy's wish to sell all of a position whose market `candidate` shows."""

    position: HeldPosition
    candidate: Candidate
    confidence: Decimal
    reason: str


class Signal(NamedTuple):
    """A decision to trade.

    A buy's `target_price` is the best ask at decision (0–1), its `amount` the budget in dollars,
    fees included. A sale's are the bid and what its `shares` would bring at it. The legs of a
    group share `group_id` and must each get exactly `shares`. `reason` is one sentence with its
    numbers.
    """

    candidate: Candidate
    action: Action
    target_price: Decimal
    amount: Decimal
    confidence: Decimal
    win_probability: Decimal | None
    reason: str
    shares: Decimal | None = None
    group_id: str | None = None


class Rule(Protocol, Generic[ConfigurationT_contra]):
    """Which candidates a strategy would buy, and why."""

    def __call__(
        self,
        candidates: Sequence[Candidate],
        view: PortfolioView,
        configuration: ConfigurationT_contra,
        /,
    ) -> Sequence[Proposal]: ...


class ExitRule(Protocol, Generic[ConfigurationT_contra]):
    """Which of its own positions a strategy would sell, and why."""

    def __call__(
        self, view: PortfolioView, configuration: ConfigurationT_contra, /
    ) -> Sequence[ExitOpinion]: ...


@dataclass(frozen=True, slots=True)
class Strategy(Generic[ConfigurationT]):
    """A named rule with the model of its configuration.

    Without `exits`, positions end by stop-loss, take-profit, settlement or by hand.
    """

    name: str
    configuration: type[ConfigurationT]
    rule: Rule[ConfigurationT]
    exits: ExitRule[ConfigurationT] | None = None
