"""Carrying the prices of a batch into portfolios: one that fails is noted, and stops no other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from pydantic import BaseModel

from prescient.core.market.batches import BatchKind
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import portfolios
from prescient.store.database import Session
from prescient.store.savepoints import Attempted
from prescient.usecases.support.metrics import Measure, Metrics
from prescient.usecases.support.problems import Problem

Result = TypeVar("Result")
MOST_NAMED = 20  # failures in an answer, which the log has; the portfolios' rows have them all


class ValuationFailure(BaseModel):
    """A portfolio that could not be valued, and why."""

    portfolio_id: int
    error: str


class Valued(BaseModel):
    """How many portfolios could not be valued, and the first of them."""

    failed: int = 0
    failures: list[ValuationFailure] = []

    def problems(self) -> Iterable[Problem]:
        """The portfolios that are named, for the log."""
        return [Problem("valuation failed", failure.model_dump()) for failure in self.failures]


def note(
    session: Session,
    portfolio_ids: Sequence[PortfolioId],
    attempted: Attempted[PortfolioId, Result],
) -> Valued:
    """Note of locked portfolios why they could not be valued, and of the others that they were."""
    portfolios.note_valuations(session, portfolio_ids, attempted.failures)
    named = [
        ValuationFailure(portfolio_id=portfolio_id, error=error)
        for portfolio_id, error in attempted.failures[:MOST_NAMED]
    ]
    return Valued(failed=len(attempted.failures), failures=named)


def record_failures(valued: Valued, kind: BatchKind, metrics: Metrics) -> None:
    """Measure how many portfolios a batch of this kind could not value."""
    metrics.add(Measure.VALUATIONS_FAILED, valued.failed, batch=kind)
