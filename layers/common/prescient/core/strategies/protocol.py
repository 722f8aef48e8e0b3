"""What a strategy sees and answers. A strategy is a pure function: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from prescient.core.markets import ONE, EventId, MarketId, Outcome, Quote
from prescient.core.portfolios import Limits, PortfolioId
from prescient.core.positions import Action
from prescient.core.strategies.configuration import StrategyConfiguration

ConfigurationT = TypeVar("ConfigurationT", bound=StrategyConfiguration)
ConfigurationT_contra = TypeVar(
    "ConfigurationT_contra", bound=StrategyConfiguration, contravariant=True
)


@dataclass(frozen=True, slots=True)
class Feature:
    """Hourly marks of YES over one lookback, strictly before the batch.

    `reference_price` is the earliest of them, `mean` and `standard_deviation` are probabilities.
    """

    reference_price: Decimal
    mean: Decimal
    standard_deviation: Decimal | None
    observations: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open market of the cycle's batch. Prices are 0–1, liquidity and volume dollars.

    `quote`, `mark` and the features (by lookback in hours) are those of YES.
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

    def price_of(self, outcome: Outcome) -> Decimal:
        return self.yes_price if outcome is Outcome.YES else self.no_price

    def quote_of(self, outcome: Outcome) -> Quote | None:
        if self.quote is None or outcome is Outcome.YES:
            return self.quote
        return self.quote.complement()

    def mark_of(self, outcome: Outcome) -> Decimal:
        return self.mark if outcome is Outcome.YES else ONE - self.mark


@dataclass(frozen=True, slots=True)
class PortfolioView:
    """What a strategy may know of its portfolio at the decision.

    `equity` is dollars. `held` are the markets with an open position, `cooling` those stopped out
    less than the cooldown ago.
    """

    portfolio_id: PortfolioId
    equity: Decimal
    limits: Limits
    open_positions: int
    held: frozenset[MarketId]
    cooling: frozenset[MarketId]


@dataclass(frozen=True, slots=True)
class Signal:
    """A decision to trade.

    `target_price` is the best ask at decision (0–1), `amount` the budget in dollars, fees
    included; `reason` is one sentence with its numbers.
    """

    candidate: Candidate
    action: Action
    target_price: Decimal
    amount: Decimal
    confidence: Decimal
    win_probability: Decimal | None
    reason: str
    group_id: str | None = None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a strategy's own rule says of one candidate, before holdings and sizes."""

    candidate: Candidate
    outcome: Outcome
    confidence: Decimal
    win_probability: Decimal | None
    reason: str


class Rule(Protocol, Generic[ConfigurationT_contra]):
    """A strategy's own rule."""

    def __call__(
        self, candidates: Sequence[Candidate], configuration: ConfigurationT_contra
    ) -> list[Opinion]: ...


@dataclass(frozen=True, slots=True)
class Strategy(Generic[ConfigurationT]):
    """A named rule with the model of its configuration."""

    name: str
    configuration: type[ConfigurationT]
    rule: Rule[ConfigurationT]
