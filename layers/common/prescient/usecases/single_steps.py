"""Runs one step for a request: the filter, a price update, or one step of one or all portfolios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prescient.core.errors import ClaimLost, CycleNotFound, PrescientError
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.store import cycles, portfolios
from prescient.store.cycles import CycleRow
from prescient.store.portfolios import PortfolioRow
from prescient.usecases import cycle_runs
from prescient.usecases.cycle_runs import CycleRun
from prescient.usecases.support.context import RequestContext
from prescient.usecases.support.functions import Step


@dataclass(frozen=True, slots=True)
class PortfolioStep:
    """What a step did for a portfolio: its function's answer, or why there is none.

    `portfolio` is as it was before the step. Neither answer nor error: the step goes on.
    """

    portfolio: PortfolioRow
    answer: Mapping[str, Any] | None
    error: PrescientError | None

    @property
    def is_idle(self) -> bool:
        """Whether no cycle waits for this step of the portfolio's."""
        return isinstance(self.error, ClaimLost | CycleNotFound)


@dataclass(frozen=True, slots=True)
class PortfolioSteps:
    """What a step did for each portfolio, by id; `is_last` unless more wait for another request."""

    done: Sequence[PortfolioStep]
    is_last: bool


def run_filter(wanted: CycleRun, context: RequestContext) -> tuple[CycleRow, Mapping[str, Any]]:
    """Open a cycle by hand and let the filter fetch its batch; the cycle and the filter's answer.

    The answer is empty where the filter goes on. Raises what opening raises and what the filter
    does, which ends the cycle.
    """
    cycle_id = cycle_runs.open_run(wanted, context)
    try:
        answer = context.functions.invoke(Step.FILTER, {"cycle_id": cycle_id})
    except PrescientError as error:
        cycle_runs.close(cycle_id, error, context)
        raise
    with context.database.transaction() as session:
        return cycles.get(session, cycle_id), answer or {}


def update_prices(context: RequestContext) -> Mapping[str, Any] | None:
    """Mark, settle and stop out everything that is held; None where that goes on."""
    return context.functions.invoke(Step.PRICE_UPDATE, {})


def run_for(
    step: Step, portfolio_id: PortfolioId | None, after: PortfolioId | None, context: RequestContext
) -> PortfolioSteps:
    """Run a step for one portfolio, or for the active ones `after` an id until the wait is over.

    Of one, raises `PortfolioNotFound` and why the step failed, unless its cycle does not wait for
    it.
    """
    if portfolio_id is not None:
        with context.database.transaction() as session:
            wanted = [portfolios.get(session, portfolio_id)]
    else:
        with context.database.transaction() as session:
            active = portfolios.list_by_status(session, [PortfolioStatus.ACTIVE])
        wanted = [row for row in active if after is None or row.portfolio_id > after]
    done = list(_within_the_wait(step, wanted, context))
    if portfolio_id is not None and (error := done[0].error) and not done[0].is_idle:
        raise error
    if step is Step.SNAPSHOT:
        now = context.now()
        with context.database.transaction() as session:
            cycles.close_finished(session, [each.portfolio.portfolio_id for each in done], now)
    return PortfolioSteps(done, is_last=len(done) == len(wanted))


def _within_the_wait(
    step: Step, wanted: Sequence[PortfolioRow], context: RequestContext
) -> Iterator[PortfolioStep]:
    deadline = context.elapsed() + context.cycle_wait / 2  # the last one may take the other half
    for portfolio in wanted:
        yield _step(step, portfolio, context)
        if context.elapsed() >= deadline:
            return


def _step(step: Step, portfolio: PortfolioRow, context: RequestContext) -> PortfolioStep:
    event = {"portfolio_id": portfolio.portfolio_id}
    try:
        return PortfolioStep(portfolio, context.functions.invoke(step, event), None)
    except PrescientError as error:
        return PortfolioStep(portfolio, None, error)
