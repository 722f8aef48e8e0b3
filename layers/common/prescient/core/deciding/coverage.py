"""What a batch was fetched for, and whether that covers what another cycle needs of it."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from prescient.core.deciding.thresholds import Thresholds
from prescient.core.strategies.configuration import StrategyConfiguration


class Asked(BaseModel):
    """What one configuration asks of a market: `core.deciding.admission` at no moment yet."""

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
    """What a cycle needs of a batch: its thresholds, what its buyers ask, the features they read.

    `sellers` are the portfolios whose holdings need features, `max_books` how many books it may
    have at most.
    """

    model_config = ConfigDict(frozen=True)

    thresholds: Thresholds
    asked: frozenset[Asked]
    lookbacks: frozenset[int]
    sellers: frozenset[int]
    max_books: int

    def covers(self, wanted: Coverage, *, all_books: bool) -> bool:
        """Whether a batch that was fetched for this has what is `wanted`.

        Without `all_books` some of the admitted markets' were left out: others would have been for
        others.
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
    """Whether these thresholds leave every market that those do."""
    for name in Thresholds.model_fields:
        mine, other = getattr(these, name), getattr(those, name)
        if mine is None or mine == other:
            continue
        if other is None or (mine < other) == (name == "max_market_conviction"):
            return False
    return True
