"""Carrying the prices of a batch into portfolios: one that fails is noted, and stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import TypeVar

from pydantic import BaseModel

from prescient.core.market.batches import BatchKind
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import portfolios, savepoints
from prescient.store.database import Session
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


def value_all(
    session: Session,
    portfolio_ids: Sequence[PortfolioId],
    value: Callable[[Sequence[PortfolioId]], Sequence[Result]],
) -> tuple[list[Result], Valued]:
    """Do `value` for all of the locked portfolios, or for all but those that it fails for."""

    def value_at_once(part: Sequence[PortfolioId]) -> Sequence[Result]:
        with session.pipeline():  # what a write did wrong is raised at its end, in the savepoint
            return value(part)

    attempted = savepoints.attempt(session, portfolio_ids, value_at_once)
    portfolios.note_valuations(session, portfolio_ids, attempted.failures)
    named = [
        ValuationFailure(portfolio_id=portfolio_id, error=error)
        for portfolio_id, error in attempted.failures[:MOST_NAMED]
    ]
    valued = Valued(failed=len(attempted.failures), failures=named)
    return [*chain.from_iterable(attempted.results)], valued


def record_failures(valued: Valued, kind: BatchKind, metrics: Metrics) -> None:
    """Measure how many portfolios a batch of this kind could not value."""
    metrics.add(Measure.VALUATIONS_FAILED, valued.failed, batch=kind)
