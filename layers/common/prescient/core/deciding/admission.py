"""Which markets a portfolio could trade: what a configuration's common filters ask of a batch.

These are the rules of `core.deciding.decisions.common_filters` as values, so that the store can
apply them to a whole batch at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from prescient.core.strategies.configuration import StrategyConfiguration


class Admission(NamedTuple):
    """What one configuration asks of a market.

    Dollars of liquidity and volume, a spread 0–1, and an end that is not before `earliest_end`;
    no `market_types` admit all.
    """

    market_types: frozenset[str]
    min_liquidity: Decimal
    min_volume: Decimal
    max_spread: Decimal
    earliest_end: datetime


class BackfillNeed(NamedTuple):
    """An admitted market is traded with `min_observations` hourly marks within the lookback."""

    admission: Admission
    lookback_hours: int
    min_observations: int


def admission(configuration: StrategyConfiguration, decided_at: datetime) -> Admission:
    """What `configuration` asks of a market at a decision."""
    return Admission(
        market_types=frozenset(configuration.market_types),
        min_liquidity=configuration.min_liquidity,
        min_volume=configuration.min_volume,
        max_spread=configuration.max_spread,
        earliest_end=decided_at + timedelta(hours=float(configuration.min_hours_to_end)),
    )


def admissions(
    configurations: Iterable[StrategyConfiguration], decided_at: datetime
) -> frozenset[Admission]:
    """What each of the configurations asks; those that ask the same, once."""
    return frozenset(admission(configuration, decided_at) for configuration in configurations)


def lookbacks(configurations: Iterable[StrategyConfiguration]) -> list[int]:
    """The lookbacks in hours that the configurations use, those of voters included."""
    return sorted(
        {
            need.lookback_hours
            for configuration in configurations
            for need in configuration.history_needs()
        }
    )


def backfill_needs(
    configurations: Iterable[StrategyConfiguration], decided_at: datetime
) -> frozenset[BackfillNeed]:
    """What the configurations that count observations need of a market's past."""
    return frozenset(
        BackfillNeed(
            admission(configuration, decided_at), need.lookback_hours, need.min_observations
        )
        for configuration in configurations
        for need in configuration.history_needs()
        if need.min_observations
    )
