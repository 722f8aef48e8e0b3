"""A chunk: portfolios of one cycle for which an invocation takes a step.

Each succeeds or fails by itself, whether or not it shares a transaction with others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from prescient.core.deciding.chunks import PortfolioIds
from prescient.core.errors import ChunkAstray, ChunkUnfinished, ClaimLost, PassingError
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import cycles
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.portfolio_step import (
    PortfolioStepRequest,
    PortfolioStepResult,
)

LAST_ATTEMPT = 4  # the state machine retries a chunk as often after transient errors
LEAST_SECONDS = 15.0

Step = Callable[[PortfolioStepRequest, StepContext], PortfolioStepResult]
Outcome = PortfolioStepResult | Exception
"""What a step did for a portfolio, or why it could not be taken."""
Together = Callable[[Sequence[PortfolioId]], Mapping[PortfolioId, Outcome]]
"""Takes the step for some of these portfolios, one at least, and says what became of them."""


class ChunkRequest(BaseModel):
    """`attempt` counts the state machine's retries of the chunk's step, from 0.

    `execution_name` is noted in the logs.
    """

    model_config = ConfigDict(extra="forbid")

    execution_name: str | None = None
    cycle_id: int
    portfolio_ids: PortfolioIds
    attempt: Annotated[int, Field(ge=0)] = 0


class ChunkResult(BaseModel):
    """The portfolios that go on with the cycle, and how many an error has ended."""

    portfolio_ids: PortfolioIds
    failed: int = 0


def run(request: ChunkRequest, context: StepContext, step: Step) -> ChunkResult:
    """Take the step for one portfolio after the other, and record those that fail with their error.

    A transient error is raised, so that the chunk is tried again, which finds done what is done; at
    the last attempt it is recorded, too. Raises `ChunkUnfinished` where the function has no time
    left for another portfolio.
    """
    return _run(request, context, lambda left: _alone(left[0], request, context, step))


def run_together(
    request: ChunkRequest, context: StepContext, together: Together, step: Step
) -> ChunkResult:
    """`run`, where the step is taken for many portfolios in one transaction.

    Where the transaction fails at the last attempt, each portfolio that is left gets its own, so
    that one whose results cannot be written fails alone.
    """
    shares_transaction = True

    def some(left: Sequence[PortfolioId]) -> Mapping[PortfolioId, Outcome]:
        nonlocal shares_transaction
        if shares_transaction:
            try:
                return together(left)
            except Exception as error:
                if _may_pass(error, request):
                    raise
                shares_transaction = False
        return _alone(left[0], request, context, step)

    return _run(request, context, some)


def _run(request: ChunkRequest, context: StepContext, some: Together) -> ChunkResult:
    """Take the step for some of the portfolios that are left, until none is.

    Raises `ChunkAstray` where the step told no outcome, or that of another portfolio.
    """
    asked = left = list(dict.fromkeys(request.portfolio_ids))
    result = ChunkResult(portfolio_ids=[])
    while left:
        if left != asked and context.seconds_left() < LEAST_SECONDS:
            raise ChunkUnfinished(len(left))
        outcomes = some(left)
        if not outcomes or not outcomes.keys() <= set(left):
            raise ChunkAstray(left, outcomes)
        left = [portfolio_id for portfolio_id in left if portfolio_id not in outcomes]
        for portfolio_id, outcome in outcomes.items():
            if isinstance(outcome, Exception):
                result.failed += _record(request.cycle_id, portfolio_id, outcome, context)
            elif outcome.goes_on:
                result.portfolio_ids.append(portfolio_id)
    return result


def _alone(
    portfolio_id: PortfolioId, request: ChunkRequest, context: StepContext, step: Step
) -> Mapping[PortfolioId, Outcome]:
    asked = PortfolioStepRequest(portfolio_id=portfolio_id, cycle_id=request.cycle_id)
    try:
        return {portfolio_id: step(asked, context)}
    except Exception as error:
        if _may_pass(error, request):
            raise
        return {portfolio_id: error}


def _may_pass(error: Exception, request: ChunkRequest) -> bool:
    """Whether the state machine tries the chunk again."""
    return isinstance(error, PassingError) and request.attempt < LAST_ATTEMPT


def _record(
    cycle_id: int, portfolio_id: PortfolioId, error: Exception, context: StepContext
) -> bool:
    """Whether it is this error that ended the portfolio's part of the cycle.

    A part that had ended before is no failure: an Express child may be run twice.
    """
    reason = f"{type(error).__name__}: {error}"
    with context.database.transaction(portfolio_id) as session:
        has_ended_it = bool(cycles.fail(session, cycle_id, [portfolio_id], reason))
    if has_ended_it or not isinstance(error, ClaimLost):
        context.report_failure(portfolio_id, error)
    return has_ended_it
