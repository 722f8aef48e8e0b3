"""Runs one step for a request: the filter, a price update, or one step of one or all portfolios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prescient.core.deciding.chunks import written
from prescient.core.errors import ClaimLost, CycleNotFound, PrescientError
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.core.recorded_errors import recorded
from prescient.store import cycles, portfolios
from prescient.store.cycles import CycleRow
from prescient.store.portfolios import PortfolioRow
from prescient.usecases import cycle_runs
from prescient.usecases.cycle_runs import CycleRun
from prescient.usecases.support.functions import Step
from prescient.usecases.support.request_context import RequestContext

MOST_STEPPED = 1000  # portfolios in one answer, where the time is enough


@dataclass(frozen=True, slots=True)
class PortfolioStep:
    """What a step did for a portfolio: its function's answer, or why there is none.

    `portfolio` is as it was before the step. Where both `answer` and `error` are None, the step
    still runs.
    """

    portfolio: PortfolioRow
    answer: Mapping[str, Any] | None
    error: PrescientError | None

    @property
    def is_idle(self) -> bool:
        """Whether no cycle was waiting for this step of the portfolio."""
        return isinstance(self.error, ClaimLost | CycleNotFound)


@dataclass(frozen=True, slots=True)
class PortfolioSteps:
    """What a step did for each portfolio, by id; `is_last` where no portfolio is left to run."""

    done: Sequence[PortfolioStep]
    is_last: bool


def run_filter(wanted: CycleRun, context: RequestContext) -> tuple[CycleRow, Mapping[str, Any]]:
    """Open a cycle by hand and run the filter; return the cycle and the filter's answer.

    The answer is empty where the filter still runs. Raises what `open_run` raises, and what the
    filter raises, which ends the cycle.
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
    """Run a price update; return its answer, None where it still runs."""
    return context.functions.invoke(Step.PRICE_UPDATE, {})


def run_for(
    step: Step, portfolio_id: PortfolioId | None, after: PortfolioId | None, context: RequestContext
) -> PortfolioSteps:
    """Run a step for one portfolio, or for active ones with ids above `after` while time is left.

    For one portfolio, raises `PortfolioNotFound`, and the step's own error unless no cycle waits
    for the step.
    """
    wanted, is_rest = _wanted(portfolio_id, after, context)
    if portfolio_id is None:
        done = list(_within_the_wait(step, wanted, context))
    else:
        done = [_for_one(step, wanted[0], context)]
    if step is Step.SNAPSHOT:
        now = context.now()
        with context.database.transaction() as session:
            cycles.close_finished(
                session, [portfolio_step.portfolio.portfolio_id for portfolio_step in done], now
            )
    return PortfolioSteps(done, is_last=is_rest and len(done) == len(wanted))


def _wanted(
    portfolio_id: PortfolioId | None, after: PortfolioId | None, context: RequestContext
) -> tuple[Sequence[PortfolioRow], bool]:
    """Return the portfolios of one answer, and whether none is left after them."""
    with context.database.transaction() as session:
        if portfolio_id is not None:
            return [portfolios.get(session, portfolio_id)], True
        active = portfolios.list_by_status(
            session, [PortfolioStatus.ACTIVE], first_id=(after or 0) + 1, limit=MOST_STEPPED + 1
        )
    return active[:MOST_STEPPED], len(active) <= MOST_STEPPED


def _within_the_wait(
    step: Step, wanted: Sequence[PortfolioRow], context: RequestContext
) -> Iterator[PortfolioStep]:
    deadline = context.elapsed() + context.cycle_wait / 2  # the last chunk may take the other half
    size = context.portfolios_per_chunk
    for start in range(0, len(wanted), size):
        chunk = wanted[start : start + size]
        steps = _for_chunk(step, chunk, context)
        yield from steps
        if len(steps) < len(chunk) or context.elapsed() >= deadline:
            return


def _for_one(step: Step, portfolio: PortfolioRow, context: RequestContext) -> PortfolioStep:
    event = {"portfolio_id": portfolio.portfolio_id}
    try:
        return PortfolioStep(portfolio, context.functions.invoke(step, event), None)
    except (ClaimLost, CycleNotFound) as error:
        return PortfolioStep(portfolio, None, error)


def _for_chunk(
    step: Step, chunk: Sequence[PortfolioRow], context: RequestContext
) -> Sequence[PortfolioStep]:
    """Return what one invocation did: for all, or for the first of them where its time ran out."""
    event = {"portfolio_ids": written([portfolio.portfolio_id for portfolio in chunk])}
    try:
        answer = context.functions.invoke(step, event)
    except PrescientError as error:
        return [PortfolioStep(portfolio, None, error) for portfolio in chunk]
    if answer is None:
        return [PortfolioStep(portfolio, None, None) for portfolio in chunk]
    return [*map(_outcome, chunk, answer["outcomes"])]


def _outcome(portfolio: PortfolioRow, outcome: Mapping[str, Any]) -> PortfolioStep:
    error = recorded(outcome["error"], outcome["reason"]) if "error" in outcome else None
    return PortfolioStep(portfolio, outcome.get("answer"), error)
