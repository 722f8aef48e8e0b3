"""What a batch was fetched for, and whether it covers what another cycle needs."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from prescient.core.deciding.thresholds import Thresholds
from prescient.core.strategies.configuration import StrategyConfiguration


class Asked(BaseModel):
    """What one configuration asks of a market, as `core.deciding.admission` checks it later."""

    model_config = ConfigDict(frozen=True)

    market_types: tuple[str, ...]
    min_liquidity: Decimal
    min_volume: Decimal
    max_spread: Decimal
    min_hours_to_end: Decimal

    @classmethod
    def of(cls, configuration: StrategyConfiguration) -> Asked:
        return cls(
            market_types=tuple(sorted({*configuration.market_types})),
            min_liquidity=configuration.min_liquidity,
            min_volume=configuration.min_volume,
            max_spread=configuration.max_spread,
            min_hours_to_end=configuration.min_hours_to_end,
        )


class Coverage(BaseModel):
    """What a cycle needs of a batch: thresholds, what its buyers ask, and lookbacks of features.

    `sellers` are the ids of the portfolios whose holdings need features, `max_books` is the largest
    number of books that it may have.
    """

    model_config = ConfigDict(frozen=True)

    thresholds: Thresholds
    asked: frozenset[Asked]
    lookbacks: frozenset[int]
    sellers: frozenset[int]
    max_books: int

    def covers(self, wanted: Coverage, *, all_books: bool) -> bool:
        """Whether a batch that was fetched for this has what is `wanted`.

        Without `all_books` the batch lacks books of admitted markets. Which ones it has depends on
        thresholds and configurations, so then both must be the same.
        """
        if not all_books and (self.thresholds, self.asked) != (wanted.thresholds, wanted.asked):
            return False
        return (
            self.max_books == wanted.max_books
            and self.asked >= wanted.asked
            and self.lookbacks >= wanted.lookbacks
            and self.sellers >= wanted.sellers
            and _is_looser(self.thresholds, wanted.thresholds)
        )


def _is_looser(these: Thresholds, those: Thresholds) -> bool:
    """Whether these thresholds admit every market that those admit."""
    for name in Thresholds.model_fields:
        this, that = getattr(these, name), getattr(those, name)
        if this is None or this == that:
            continue
        if that is None or (this < that) == (name == "max_market_conviction"):
            return False
    return True
