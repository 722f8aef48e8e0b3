"""Random: the benchmark. A strategy that cannot beat it has no edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Annotated

from pydantic import Field

from prescient.core.market.markets import Outcome
from prescient.core.money import plain
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.configuration import StrategyConfiguration, Whole
from prescient.core.strategies.protocol import Opinion, PortfolioView, Strategy

LOTS = Decimal(2**64)


class RandomConfiguration(StrategyConfiguration):
    """Same filters, sizes and exits as the others, and no opinion of its own."""

    entries_per_cycle: Annotated[int, Field(ge=1, le=100), Whole] = Field(
        2, description="Markets that it enters in a cycle, at most."
    )


@dataclass(frozen=True, slots=True)
class _Lot:
    """What a market drew: a number below 2^64 and a side."""

    number: int
    candidate: Candidate
    outcome: Outcome


def decide(
    candidates: Sequence[Candidate], view: PortfolioView, configuration: RandomConfiguration
) -> list[Opinion]:
    """A side by lot of the markets that drew the lowest lots, among those that are free.

    It knows nothing, so its confidence is the least that the configuration asks for.
    """
    taken = view.held | view.cooling(configuration.cooldown_hours)
    free = (candidate for candidate in candidates if candidate.market_id not in taken)
    lots = sorted((_lot(view, candidate) for candidate in free), key=lambda lot: lot.number)
    drawn = islice(filter(_is_offered, lots), configuration.entries_per_cycle)
    return [_opinion(lot, configuration) for lot in drawn]


def _lot(view: PortfolioView, candidate: Candidate) -> _Lot:
    """The same for the same cycle, portfolio and market, on any machine and Python.

    It depends on no other candidate: a market more or less moves no other market's lot.
    """
    seed = f"{view.cycle_id}:{view.portfolio_id}:{candidate.market_id}"
    digest = sha256(seed.encode()).digest()
    outcome = Outcome.YES if digest[0] % 2 == 0 else Outcome.NO
    return _Lot(int.from_bytes(digest[1:9], "big"), candidate, outcome)


def _is_offered(lot: _Lot) -> bool:
    return lot.candidate.offers_of(lot.outcome).best_ask is not None


def _opinion(lot: _Lot, configuration: RandomConfiguration) -> Opinion:
    part = Decimal(lot.number) / LOTS
    reason = (
        f"{lot.outcome.upper()} by lot: {plain(round(part, 6))} is among the lowest "
        f"{configuration.entries_per_cycle} of this cycle"
    )
    return Opinion(lot.candidate, lot.outcome, configuration.min_confidence, None, reason)


STRATEGY = Strategy("random", RandomConfiguration, decide)
