"""Momentum: the favoured side, convinced but not certain, and drifting its way."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from prescient.core.broken_rules import BrokenRule
from prescient.core.market.markets import Outcome
from prescient.core.money import ONE, ZERO, plain
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.configuration import (
    STEP,
    Exact,
    HistoryNeed,
    KellyConfiguration,
    LookbackHours,
    Probability,
    RuleConfiguration,
)
from prescient.core.strategies.protocol import Opinion, PortfolioView, Strategy


class MomentumRule(RuleConfiguration):
    """Conviction is |yes − no|, 0–1; drift is a change of probability."""

    min_conviction: Probability | None = Field(
        None, description="Least |yes − no|; by default min(0.50, 2·min_confidence − 1)."
    )
    max_conviction: Probability | None = Field(
        None, description="Largest |yes − no|; by default max(0.60, 2·min_confidence − 0.90)."
    )
    min_drift: Annotated[Decimal, Field(ge=-1, le=1, multiple_of=STEP), Exact] = Field(
        ZERO, description="Least drift of the bought side."
    )
    lookback_hours: LookbackHours = Field(24, description="Hours over which drift is taken.")

    def history_needs(self) -> frozenset[HistoryNeed]:
        return frozenset({HistoryNeed(self.lookback_hours)})

    @property
    def conviction_band(self) -> tuple[Decimal, Decimal]:
        lowest, highest = self.min_conviction, self.max_conviction
        if lowest is None:
            lowest = max(ZERO, min(Decimal("0.50"), 2 * self.min_confidence - 1))
        if highest is None:
            highest = min(ONE, max(Decimal("0.60"), 2 * self.min_confidence - Decimal("0.90")))
        return lowest, highest

    @model_validator(mode="after")
    def _refuse_empty_bands(self) -> Self:
        lowest, highest = self.conviction_band
        if lowest > highest:
            raise BrokenRule(
                "min_conviction", f"{lowest} is above max_conviction {highest}: nothing could trade"
            )
        if 2 * self.min_confidence - 1 > highest:
            raise BrokenRule(
                "min_confidence",
                f"{self.min_confidence} needs a conviction above max_conviction "
                f"{highest}: nothing could trade",
            )
        return self


class MomentumConfiguration(MomentumRule, KellyConfiguration):
    """The rule, what all strategies share, and Kelly sizing."""


def decide(
    candidates: Sequence[Candidate], _: PortfolioView, configuration: MomentumRule
) -> list[Opinion]:
    """An opinion for each candidate within the conviction band that drifts its favoured way."""
    opinions = (_opinion(candidate, configuration) for candidate in candidates)
    return [opinion for opinion in opinions if opinion is not None]


def _opinion(candidate: Candidate, configuration: MomentumRule) -> Opinion | None:
    outcome = Outcome.YES if candidate.yes_price >= candidate.no_price else Outcome.NO
    price = candidate.price_of(outcome)
    conviction = abs(candidate.yes_price - candidate.no_price)
    drift = _drift(candidate, outcome, configuration.lookback_hours)
    lowest, highest = configuration.conviction_band
    if not lowest <= conviction <= highest:
        return None
    if drift < configuration.min_drift or price < configuration.min_confidence:
        return None
    reason = (
        f"{outcome.upper()} at {plain(price)} has conviction {plain(conviction)} within "
        f"[{plain(lowest)}, {plain(highest)}] and drifted {plain(drift)} "
        f"over {configuration.lookback_hours} h"
    )
    return Opinion(candidate, outcome, price, price, reason)


def _drift(candidate: Candidate, outcome: Outcome, lookback_hours: int) -> Decimal:
    feature = candidate.features.get(lookback_hours)
    if feature is not None:
        drift = candidate.mark - feature.reference_price
    else:
        drift = candidate.one_day_price_change or ZERO
    return drift if outcome is Outcome.YES else -drift


STRATEGY = Strategy("momentum", MomentumConfiguration, decide)
