"""What a scorecard says, in plain words and numbers: reading it needs no numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePoint:
    """A point of a scorecard: what it is about, its number where it has one, and what it says."""

    subject: str
    colour: str
    number: float | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Whether a portfolio is worth real money, as of the end of `last_day` (UTC).

    `benchmark_id` is the portfolio that buys at random, None where there is none.
    """

    portfolio_id: int
    calculated_at: datetime
    last_day: date
    benchmark_id: int | None
    sentence: str
    points: Sequence[ScorePoint]


class Judge(Protocol):
    """Judges a portfolio."""

    def __call__(self, database: Database, portfolio_id: PortfolioId, now: datetime) -> Judged:
        """Judge it point by point; raises `PortfolioNotFound`."""
        ...
