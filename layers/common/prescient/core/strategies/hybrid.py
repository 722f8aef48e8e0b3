"""Hybrid: what several strategies together are sure enough of.

Arbitrage does not vote: a sure gain needs no majority.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from prescient.core.broken_rules import BrokenRule
from prescient.core.market.markets import MarketId, Outcome
from prescient.core.money import ONE, ZERO, plain
from prescient.core.strategies import mean_reversion, momentum
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.configuration import (
    HistoryNeed,
    NotNegative,
    StrategyConfiguration,
    Whole,
)
from prescient.core.strategies.mean_reversion import MeanReversionRule
from prescient.core.strategies.momentum import MomentumRule
from prescient.core.strategies.protocol import Opinion, PortfolioView, Strategy

CONFIDENCE_STEP = Decimal("0.0001")


class Weights(BaseModel):
    """How much each strategy's opinion counts; 0 silences it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    momentum: NotNegative = Field(ONE, description="Weight of momentum's opinion.")
    mean_reversion: NotNegative = Field(ONE, description="Weight of mean_reversion's opinion.")

    def of_voters(self) -> dict[str, Decimal]:
        """The weights above 0, by strategy."""
        return {name: weight for name, weight in self if weight > 0}


class HybridConfiguration(StrategyConfiguration):
    """Each voter has its own keys: the same name would mean something else to another."""

    weights: Weights = Field(Weights(), description="Weight of each strategy's opinion.")
    min_voters: Annotated[int, Field(ge=1, le=2), Whole] = Field(
        2, description="Least strategies that must have an opinion."
    )
    momentum: MomentumRule = Field(MomentumRule(), description="Keys of momentum's rule.")
    mean_reversion: MeanReversionRule = Field(
        MeanReversionRule(), description="Keys of mean_reversion's rule."
    )

    def history_needs(self) -> frozenset[HistoryNeed]:
        return self.momentum.history_needs() | self.mean_reversion.history_needs()

    @model_validator(mode="after")
    def _refuse_too_few_voters(self) -> Self:
        voters = len(self.weights.of_voters())
        if voters < self.min_voters:
            raise BrokenRule(
                "min_voters",
                f"{self.min_voters} is more than the {voters} strategies with a weight "
                "above 0: nothing could trade",
            )
        return self


@dataclass(frozen=True, slots=True)
class _Vote:
    """One strategy's opinion of a market, with its weight."""

    strategy: str
    weight: Decimal
    opinion: Opinion

    @property
    def signed(self) -> Decimal:
        """Its confidence, below 0 for NO."""
        sure = self.opinion.confidence
        return sure if self.opinion.outcome is Outcome.YES else -sure


def decide(
    candidates: Sequence[Candidate], view: PortfolioView, configuration: HybridConfiguration
) -> list[Opinion]:
    """The markets on which enough strategies have an opinion, and their vote is clear enough.

    vote = Σ(wᵢ × signed confidenceᵢ) / Σwᵢ over the strategies with an opinion. A vote is no
    probability.
    """
    votes: defaultdict[MarketId, list[_Vote]] = defaultdict(list)
    weights = configuration.weights.of_voters()
    for strategy, opinions in _opinions(candidates, view, configuration).items():
        for opinion in opinions:
            if strategy in weights:
                vote = _Vote(strategy, weights[strategy], opinion)
                votes[opinion.candidate.market_id].append(vote)
    return [
        opinion
        for cast in votes.values()
        if len(cast) >= configuration.min_voters
        and (opinion := _verdict(cast)).confidence >= configuration.min_confidence
    ]


def _opinions(
    candidates: Sequence[Candidate], view: PortfolioView, configuration: HybridConfiguration
) -> Mapping[str, Sequence[Opinion]]:
    return {
        "momentum": momentum.decide(candidates, view, configuration.momentum),
        "mean_reversion": mean_reversion.decide(candidates, view, configuration.mean_reversion),
    }


def _verdict(votes: Sequence[_Vote]) -> Opinion:
    weighted = sum((vote.weight * vote.signed for vote in votes), ZERO)
    result = weighted / sum((vote.weight for vote in votes), ZERO)
    outcome = Outcome.YES if result >= 0 else Outcome.NO
    sure = abs(result).quantize(CONFIDENCE_STEP, ROUND_FLOOR)
    words = ", ".join(
        f"{vote.strategy} {plain(vote.signed)} (weight {plain(vote.weight)})" for vote in votes
    )
    reason = f"{outcome.upper()} by a vote of {plain(sure)} between {words}, NO below 0"
    return Opinion(votes[0].opinion.candidate, outcome, sure, None, reason)


STRATEGY = Strategy("hybrid", HybridConfiguration, decide)
