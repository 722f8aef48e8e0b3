"""Mean reversion: the side that is cheap against its own recent mean, until it is back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from prescient.core.broken_rules import BrokenRule
from prescient.core.market.fees import fee_per_share
from prescient.core.market.fills import ASSUMED_SPREAD
from prescient.core.market.markets import Outcome
from prescient.core.money import ONE, plain
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.configuration import (
    HistoryNeed,
    LookbackHours,
    NotNegative,
    Positive,
    RuleConfiguration,
    StrategyConfiguration,
    Whole,
)
from prescient.core.strategies.protocol import ExitOpinion, Opinion, PortfolioView, Strategy

NAME = "mean_reversion"
LOWEST_MARK, HIGHEST_MARK = Decimal("0.05"), Decimal("0.95")
LEAST_GAIN = Decimal("0.01")
BASE_CONFIDENCE, CONFIDENCE_A_Z = Decimal("0.75"), Decimal("0.1")
HIGHEST_CONFIDENCE = Decimal("0.95")
CONFIDENCE_STEP = Decimal("0.0001")
USUAL_OBSERVATIONS = 20


def _usual_observations(given: Mapping[str, int]) -> int:
    """A lookback of 6 hours can never show 20 of them."""
    return min(USUAL_OBSERVATIONS, given.get("lookback_hours", USUAL_OBSERVATIONS))


class MeanReversionRule(RuleConfiguration):
    """z = (mark − mean) / sd of the hourly marks of YES; all of it in probabilities."""

    lookback_hours: LookbackHours = Field(168, description="Hours of the mean and of the sd.")
    min_observations: Annotated[int, Field(ge=2, le=336), Whole] = Field(
        default_factory=_usual_observations,
        description="Least hourly marks; by default 20, or as many as the lookback has hours.",
    )
    entry_z: Positive = Field(Decimal("2.0"), description="Least |z| at which it buys.")
    max_z: Positive = Field(
        Decimal("4.0"), description="Largest |z| at which it buys: beyond it, something happened."
    )

    def history_needs(self) -> frozenset[HistoryNeed]:
        return frozenset({HistoryNeed(self.lookback_hours, self.min_observations)})

    @model_validator(mode="after")
    def _refuse_empty_bands(self) -> Self:
        if self.entry_z > self.max_z:
            raise BrokenRule(
                "entry_z", f"{self.entry_z} is above max_z {self.max_z}: nothing could trade"
            )
        if self.min_observations > self.lookback_hours:
            raise BrokenRule(
                "min_observations",
                f"{self.min_observations} are more than lookback_hours "
                f"{self.lookback_hours} can show: nothing could trade",
            )
        return self

    @model_validator(mode="after")
    def _refuse_unreachable_confidence(self) -> Self:
        highest = confidence(self.max_z, self.entry_z)
        if self.min_confidence > highest:
            raise BrokenRule(
                "min_confidence",
                f"{self.min_confidence} is above {highest}, the confidence at "
                f"max_z {self.max_z}: nothing could trade",
            )
        return self


class MeanReversionConfiguration(MeanReversionRule, StrategyConfiguration):
    """The rule, when to leave, and what all strategies share."""

    exit_z: NotNegative = Field(
        Decimal("0.5"), description="Sells YES at z ≥ −exit_z, NO at z ≤ exit_z."
    )

    @model_validator(mode="after")
    def _refuse_to_sell_at_once(self) -> Self:
        if self.exit_z >= self.entry_z:
            raise BrokenRule(
                "exit_z",
                f"{self.exit_z} is not below entry_z {self.entry_z}: "
                "every position would be sold at once",
            )
        return self


@dataclass(frozen=True, slots=True)
class _Reading:
    """Where the mark of YES stands against its recent past."""

    mean: Decimal
    deviation: Decimal
    observations: int
    z: Decimal

    def mean_of(self, outcome: Outcome) -> Decimal:
        return self.mean if outcome is Outcome.YES else ONE - self.mean


def confidence(z: Decimal, entry_z: Decimal) -> Decimal:
    """min(0.95, 0.75 + 0.1 · (|z| − entry_z)), to four decimals."""
    raw = BASE_CONFIDENCE + CONFIDENCE_A_Z * (abs(z) - entry_z)
    return min(HIGHEST_CONFIDENCE, raw).quantize(CONFIDENCE_STEP)


def decide(
    candidates: Sequence[Candidate], _: PortfolioView, configuration: MeanReversionRule
) -> list[Opinion]:
    """An opinion for each candidate that strayed far enough, but not too far, to pay for both ways.

    z is no probability, so there is none of winning.
    """
    opinions = (_opinion(candidate, configuration) for candidate in candidates)
    return [opinion for opinion in opinions if opinion is not None]


def exits(view: PortfolioView, configuration: MeanReversionConfiguration) -> list[ExitOpinion]:
    """What this strategy bought and whose price is back near its mean."""
    found = []
    for position in view.positions:
        if position.strategy_type != NAME or position.candidate is None:
            continue
        reading = _reading(position.candidate, configuration)
        if reading is None or not _is_back(position.outcome, reading.z, configuration.exit_z):
            continue
        reason = (
            f"{position.outcome.upper()}, bought at {plain(position.entry_price)}, is back: "
            f"{_place_in_words(position.candidate, reading, configuration)}"
        )
        found.append(ExitOpinion(position, position.candidate, ONE, reason))
    return found


def _opinion(candidate: Candidate, configuration: MeanReversionRule) -> Opinion | None:
    reading = _reading(candidate, configuration)
    if reading is None or not LOWEST_MARK <= candidate.mark <= HIGHEST_MARK:
        return None
    if not configuration.entry_z <= abs(reading.z) <= configuration.max_z:
        return None
    outcome = Outcome.YES if reading.z < 0 else Outcome.NO
    sure = confidence(reading.z, configuration.entry_z)
    gain, cost = abs(candidate.mark - reading.mean), _round_trip_cost(candidate, outcome, reading)
    if gain <= cost + LEAST_GAIN or sure < configuration.min_confidence:
        return None
    reason = (
        f"{outcome.upper()} is cheap: {_place_in_words(candidate, reading, configuration)}, and "
        f"the way back of {_short(gain)} pays spread and fees of {_short(cost)}"
    )
    return Opinion(candidate, outcome, sure, None, reason)


def _reading(candidate: Candidate, configuration: MeanReversionRule) -> _Reading | None:
    """None where the past is too short, or too quiet to tell a move from a tick."""
    feature = candidate.features.get(configuration.lookback_hours)
    if feature is None or feature.standard_deviation is None:
        return None
    if feature.observations < configuration.min_observations:
        return None
    if feature.standard_deviation < candidate.tick_size:
        return None
    z = (candidate.mark - feature.mean) / feature.standard_deviation
    return _Reading(feature.mean, feature.standard_deviation, feature.observations, z)


def _round_trip_cost(candidate: Candidate, outcome: Outcome, reading: _Reading) -> Decimal:
    """Spread, the fee of buying at the ask and that of selling at the mean, a share."""
    quote = candidate.quote_of(outcome)
    ask = quote.ask if quote else candidate.mark_of(outcome) + ASSUMED_SPREAD / 2
    spread = quote.spread if quote else ASSUMED_SPREAD
    fees = (fee_per_share(candidate.fee, price) for price in (ask, reading.mean_of(outcome)))
    return spread + sum(fees, Decimal(0))


def _is_back(outcome: Outcome, z: Decimal, exit_z: Decimal) -> bool:
    return z >= -exit_z if outcome is Outcome.YES else z <= exit_z


def _place_in_words(
    candidate: Candidate, reading: _Reading, configuration: MeanReversionRule
) -> str:
    return (
        f"YES at {plain(candidate.mark)} has z {plain(round(reading.z, 2))} against the mean "
        f"{_short(reading.mean)} (sd {_short(reading.deviation)}) of {reading.observations} "
        f"hourly marks over {configuration.lookback_hours} h"
    )


def _short(number: Decimal) -> str:
    return plain(round(number, 4))


STRATEGY = Strategy(NAME, MeanReversionConfiguration, decide, exits)
