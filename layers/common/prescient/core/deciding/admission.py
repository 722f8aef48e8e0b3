"""Which markets somebody could trade: what a configuration's common filters ask of a batch.

These are the rules of `core.decisions.common_filters` as values, so that the store can apply them
to a whole batch at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import BaseModel

from prescient.core.strategies.configuration import StrategyConfiguration


@dataclass(frozen=True, slots=True)
class Admission:
    """What one configuration asks of a market.

    Dollars of liquidity and volume, a spread 0–1, and an end that is not before `earliest_end`;
    no `market_types` admit all.
    """

    market_types: frozenset[str]
    min_liquidity: Decimal
    min_volume: Decimal
    max_spread: Decimal
    earliest_end: datetime


@dataclass(frozen=True, slots=True)
class HistoryNeed:
    """Where an admitted market must have so many hourly marks within the lookback to be traded."""

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
    return frozenset(admission(one, decided_at) for one in configurations)


def lookbacks(configurations: Iterable[StrategyConfiguration]) -> list[int]:
    """The lookbacks in hours that the configurations use, those of voters included."""
    used = {
        part.lookback_hours
        for configuration in configurations
        for part in _parts(configuration)
        if hasattr(part, "lookback_hours")
    }
    return sorted(used)


def history_needs(
    configurations: Iterable[StrategyConfiguration], decided_at: datetime
) -> frozenset[HistoryNeed]:
    """What the configurations that count observations need of a market's past."""
    return frozenset(
        HistoryNeed(
            admission(configuration, decided_at), part.lookback_hours, part.min_observations
        )
        for configuration in configurations
        for part in _parts(configuration)
        if hasattr(part, "lookback_hours") and hasattr(part, "min_observations")
    )


def _parts(configuration: BaseModel) -> Iterator[BaseModel]:
    """The configuration and the rules within it."""
    yield configuration
    for _, value in configuration:
        if isinstance(value, BaseModel):
            yield from _parts(value)
